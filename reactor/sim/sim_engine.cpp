// A pass of the completing engine.

#include <iapp/reactor/sim/sim_engine.hpp>

#include <algorithm>
#include <limits>

namespace iapp {

sim_engine::sim_engine(sim_network& network, sim_host host, const sim_program& program,
                       const engine_parts& parts)
    : completing_engine{parts}, network_{network}, host_{host}, program_{program} {
    network_.waiters_.push_back(this);
}

sim_engine::~sim_engine() {
    std::erase(network_.waiters_, static_cast<sim_waiter*>(this));
}

void sim_engine::poll(duration timeout) {
    ++calls_;
    told_ = false;
    network_.run_due();
    serve_some(std::numeric_limits<unsigned>::max(), [this](transport& t) {
        if (t.closing && !t.ring.input_armed && !t.ring.output_armed) {
            network_.stop_waiting(host_, t.fd, *this); // it closes now
            lost(t.fd);
        }
        serve(*this, t);
    });
    serve_starved(1);
    let_go_on();
    if (!told_ && !has_work()) {
        network_.wait(*this, timeout);
        let_go_on();
    }
    woken_.exchange(false, std::memory_order_acquire); // pairs with the store in wake()
    clock_.restart();
    tell_some();
    transports_.recycle();
}

void sim_engine::let_go_on() {
    std::vector<descriptor> ready;
    ready.swap(ready_);
    for (const descriptor fd : ready) {
        go_on(fd);
    }
}

} // namespace iapp

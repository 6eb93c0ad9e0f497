#include "sim/clerk.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace iapp::test {

using namespace std::chrono_literals;

clerk::clerk(context& cx, office* in, shift* during, unsigned desk)
    : cx_{cx}, in_{*in}, during_{*during}, desk_{desk}, clerk_{in_.clerks} {
    during_.begin(desk_);
    if (!in_.calm && in_.chance(30)) {
        during_.fail_to_begin(desk_);
        throw std::runtime_error{"not today"};
    }
    during_.arrive(desk_);
    on(open{});
}

clerk::~clerk() {
    during_.leave(desk_);
}

// With whatever it does it may come to its end.
void clerk::live() {
    if (in_.calm) {
        return;
    }
    if (in_.chance(10)) {
        throw std::runtime_error{"weary"};
    }
    if (in_.chance(5)) {
        cx_.stop();
    }
}

void clerk::answer(inquiry what, replier<std::uint32_t> to) {
    in_.asks.answered(what.number);
    to.answer(what.number);
}

void clerk::on(inquiry what, replier<std::uint32_t> to) {
    in_.asks.arrived(what.number);
    live();
    if (in_.chance(800)) {
        answer(what, std::move(to));
    } else if (in_.chance(800)) {
        later_.emplace_back(what, std::move(to));
        later_answers_ = cx_.after(in_.below_ms(200), late_answer{});
    }
}

void clerk::on(late_answer) {
    for (auto& [what, to] : std::exchange(later_, {})) {
        answer(what, std::move(to));
    }
}

// As long as the one before, or a fault, is in the way, it tries again.
void clerk::on(open) {
    const auto port = static_cast<std::uint16_t>(office::first_port + desk_);
    result<listener> made = cx_.listen(sim_network::address_of(in_.host, port), {.balance = true});
    if (made) {
        listener_ = std::move(*made);
    } else {
        open_again_ = cx_.after(100ms, open{});
    }
}

void clerk::on(accepted m) {
    live();
    streams_.push_back(std::move(m.connection));
    cx_.start(streams_.back());
}

stream& clerk::with(slot_id id) {
    return *std::find_if(streams_.begin(), streams_.end(),
                         [id](const stream& each) { return each.id() == id; });
}

void clerk::on(bytes m) {
    live();
    stream& from = with(m.from);
    if (from.write(std::move(m.data)) != write_status::ok) {
        from.pause();
    }
}

void clerk::on(drained m) {
    with(m.from).resume();
}

void clerk::on(input_ended m) {
    with(m.from).shutdown_write();
}

void clerk::on(const closed& m) {
    if (m.from != listener_.id()) {
        std::erase_if(streams_, [&](const stream& each) { return each.id() == m.from; });
    }
}

// At once, a little later, or never of its own accord.
void clerk::on(stopping) {
    during_.be_told(desk_);
    if (in_.chance(600)) {
        cx_.stop();
    } else if (in_.chance(900)) {
        going_ = cx_.after(in_.below_ms(300), go_home{});
    }
}

void clerk::on(go_home) {
    cx_.stop();
}

} // namespace iapp::test

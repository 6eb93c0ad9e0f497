#include <iapp/reactor/reactor.hpp>

#include <iapp/reactor/deadline_record.hpp>
#include <iapp/reactor/engines.hpp>
#include <iapp/reactor/os/system_kernel.hpp>
#include <iapp/reactor/stream_limits.hpp>
#include <iapp/reactor/stream_side.hpp>

#include <algorithm>

namespace iapp {

namespace {

constexpr std::size_t timers_per_poll = 1024;

} // namespace

reactor::reactor(std::unique_ptr<kernel> os, const reactor_options& options)
    : os_{std::move(os)}, clock_{*os_}, buffers_{options.buffers}, timers_{clock_.now()},
      transports_{options.sockets_max} {}

reactor::~reactor() {
    IAPP_CHECK(transports_.size() == 0, "close_all() comes before the end of a reactor");
}

result<std::unique_ptr<reactor>> reactor::make(const reactor_options& options) {
    return make(options, std::make_unique<system_kernel>());
}

result<std::unique_ptr<reactor>> reactor::make(const reactor_options& options,
                                               std::unique_ptr<kernel> os) {
    return make(options, std::move(os), [&](const engine_parts& parts) {
        return iapp::make_engine(options.engine, parts);
    });
}

result<std::unique_ptr<reactor>> reactor::make(const reactor_options& options,
                                               std::unique_ptr<kernel> os,
                                               const engine_factory& make_engine) {
    std::unique_ptr<reactor> made{new reactor{std::move(os), options}};
    result<std::unique_ptr<engine>> chosen =
        make_engine({*made->os_, made->transports_, made->buffers_, made->clock_});
    if (!chosen) {
        return chosen.error();
    }
    made->engine_ = std::move(*chosen);
    return made;
}

void reactor::fire_timers() {
    clock_.restart();
    if (timers_.armed() > 0) {
        timers_.advance(now(), timers_per_poll);
    }
}

void reactor::poll(duration timeout) {
    if (timers_.armed() > 0 && timeout > duration::zero()) {
        const duration until = timers_.next_deadline().value_or(time_point::max()) - now();
        timeout = std::clamp(until, duration::zero(), timeout);
    }
    engine_->poll(timeout);
}

void reactor::begin_close_all() {
    closing_ = true;
    transports_.for_each([this](slot_id, transport& t) {
        t.owner = nullptr;
        disarm_deadline(t);
        close(t);
    });
}

bool reactor::close_all(time_point deadline) {
    begin_close_all();
    while (transports_.size() > 0) {
        if (now() >= deadline) {
            return false;
        }
        fire_timers();
        poll(std::min<duration>(deadline - now(), std::chrono::milliseconds{10}));
    }
    return true;
}

transport* reactor::adopt(descriptor fd, const transport_events& events) {
    slot_id id;
    transport* t = closing_ ? nullptr : transports_.create(id);
    if (t == nullptr) {
        os_->close(fd);
        return nullptr;
    }
    t->id = id;
    t->fd = fd;
    t->home = this;
    t->events = &events;
    return t;
}

void reactor::start_input(transport& t, input_kind what) {
    ++counters_.ops_started;
    engine_->start_input(t, what);
}

void reactor::arm_deadline(transport& t, duration after) {
    if (t.deadline == nullptr) {
        t.deadline = records_.make<deadline_record>(t, [](timer_node& node) {
            transport& due = static_cast<deadline_record&>(node).of;
            due.events->deadline_passed(due);
        });
    }
    timers_.arm(*t.deadline, deadline_after(now(), after));
}

void reactor::disarm_deadline(transport& t) noexcept {
    if (t.deadline != nullptr) {
        timers_.cancel(*t.deadline);
        records_.destroy(std::exchange(t.deadline, nullptr));
    }
}

void reactor::close(transport& t) {
    if (!t.closing) {
        ++counters_.ops_started;
        disarm_deadline(t);
        if (t.named) {
            if (const result<address> at = os_->local_address(t.fd)) {
                os_->remove_name(*at);
            }
        }
        engine_->close(t);
    }
}

void reactor::release(transport& t) noexcept {
    ++counters_.ops_ended;
    const std::size_t unsent = stream_side::unsent_bytes(t);
    counters_.bytes_out -= unsent;
    counters_.bytes_dropped += unsent;
    if (t.limits != nullptr) {
        records_.destroy(std::exchange(t.limits, nullptr));
    }
    transports_.destroy(t.id);
}

} // namespace iapp

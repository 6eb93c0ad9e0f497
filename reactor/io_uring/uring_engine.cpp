#include <iapp/reactor/io_uring/uring_engine.hpp>

#include <iapp/reactor/io_uring/probe.hpp>
#include <iapp/reactor/os/system_kernel.hpp>

#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace iapp {

result<std::unique_ptr<uring_engine>> uring_engine::make(const engine_parts& parts,
                                                         const ring_options& options) {
    IAPP_CHECK(parts.transports.limit() <= operation_key::slots_max, "2^28 sockets at most");
    result<std::unique_ptr<ring>> made = ring::make(options);
    if (!made) {
        return made.error();
    }
    if (const std::error_code why = multishot_receive_tells_late_ends()) {
        return why;
    }
    const int wake_fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (wake_fd < 0) {
        return last_error();
    }
    std::unique_ptr<uring_engine> engine{new uring_engine{std::move(*made), wake_fd, parts}};
    if (const std::error_code why = engine->buffers_.reserve()) {
        return why;
    }
    return engine;
}

uring_engine::uring_engine(std::unique_ptr<ring> of, descriptor wake_fd, const engine_parts& parts)
    : os_{parts.os}, transports_{parts.transports}, pool_{parts.buffers}, clock_{parts.clock},
      wake_fd_{wake_fd}, ring_{std::move(of)}, buffers_{*ring_, pool_} {}

uring_engine::~uring_engine() {
    ring_.reset();
    ::close(wake_fd_);
}

void uring_engine::start_input(transport& t, input_kind what) {
    IAPP_CHECK(t.input == input_kind::none && !t.closing,
               "one source at a time, on an open socket");
    t.input = what;
    t.cancel_input = false;
    serve_later(t);
}

void uring_engine::pause_input(transport& t) {
    t.input_paused = true;
    if (t.ring.input_armed) {
        serve_later(t);
    }
}

void uring_engine::resume_input(transport& t) {
    if (t.input_paused) {
        t.input_paused = false;
        serve_later(t);
    }
}

void uring_engine::set_watched(transport& t, interest what) {
    IAPP_CHECK(t.input == input_kind::watch, "only a watch reports readiness");
    t.ready.wanted = what;
    serve_later(t);
}

void uring_engine::cancel_input(transport& t) {
    if (t.input != input_kind::none) {
        t.cancel_input = true;
        serve_later(t);
    }
}

void uring_engine::start_connect(transport& t, const address& to) {
    IAPP_CHECK(t.output == output_kind::none && !t.closing, "one output at a time");
    t.output = output_kind::connect;
    t.cancel_output = false;
    const io_result first = os_.connect(t.fd, to);
    t.ring.connecting = first.status == io_status::would_block;
    t.outcome = first.error;
    serve_later(t);
}

void uring_engine::start_send(transport& t) {
    IAPP_CHECK(t.output == output_kind::none && !t.closing, "one output at a time");
    t.output = output_kind::send;
    t.cancel_output = false;
    serve_later(t);
}

void uring_engine::cancel_output(transport& t) {
    if (t.output != output_kind::none) {
        t.cancel_output = true;
        serve_later(t);
    }
}

void uring_engine::close(transport& t) {
    if (!t.closing) {
        t.closing = true;
        serve_later(t);
    }
}

void uring_engine::wake() noexcept {
    // Pairs with the store in begin().
    if (messages_.load(std::memory_order_acquire)) {
        // Pairs with the exchange in on_wake(): who finds a message under way has its own news seen
        // by the worker that takes it.
        if (wake_posted_.exchange(true, std::memory_order_acq_rel) ||
            ring_->post(operation_key{}.to_word())) {
            return;
        }
    }
    const int saved = errno; // a signal handler may be calling
    const std::uint64_t one = 1;
    // It can fail only when the counter is full, and then a wake is pending already.
    [[maybe_unused]] const ssize_t written = ::write(wake_fd_, &one, sizeof one);
    errno = saved;
}

void uring_engine::serve_later(transport& t) {
    if (!t.is_linked()) {
        service_.push_back(t);
    }
}

// On the worker's thread, which is where the ring is at home from now on.
void uring_engine::begin() {
    begun_ = true;
    ring_->enable();
    arm_wake();
    // Tried on ourselves. Pairs with the load in wake().
    messages_.store(ring_->post(operation_key{}.to_word()), std::memory_order_release);
}

void uring_engine::on_wake(bool poll_ended) {
    // Pairs with the exchange in wake().
    wake_posted_.exchange(false, std::memory_order_acq_rel);
    if (poll_ended) {
        arm_wake();
    }
}

void uring_engine::arm_wake() {
    io_uring_sqe& entry = ring_->next_entry();
    io_uring_prep_poll_multishot(&entry, wake_fd_, POLLIN);
    entry.user_data = operation_key{{}, operation_kind::wake_poll}.to_word();
}

void uring_engine::poll(duration timeout) {
    if (!begun_) {
        begin();
    }
    told_ = false;
    serve_some();
    serve_starved();
    arm_waiting();
    const bool at_hand = told_ || !service_.empty() || ring_->first() != nullptr;
    ring_->submit_and_wait(at_hand ? duration::zero() : timeout);
    counters_.overflows += ring_->overrun() ? 1 : 0;
    if (ring_->unsubmitted() == 0) {
        sends_.reset();
    }
    clock_.restart();
    reap();
    transports_.recycle();
}

// Each of those in the list now, once; the rest has its turn after the completions.
void uring_engine::serve_some() {
    service_list now;
    now.swap(service_);
    for (unsigned i = 0; i < services_per_poll && !now.empty(); ++i) {
        transport& t = now.front();
        now.pop_front();
        serve(t);
    }
    service_.splice(service_.begin(), now);
}

void uring_engine::serve(transport& t) {
    if (t.closing) {
        serve_closing(t);
        return;
    }
    if (t.cancel_input) {
        if (t.ring.input_armed) {
            stop_input(t);
        } else {
            end_input(t, canceled());
        }
    }
    if (t.cancel_output && !t.closing) {
        if (t.ring.output_armed) {
            stop_output(t);
        } else {
            end_output(t, canceled());
        }
    }
    run_output(t);
    run_input(t);
}

// A descriptor closes after its last operation ended.
void uring_engine::serve_closing(transport& t) {
    stop_input(t);
    stop_output(t);
    if (!t.ring.input_armed && !t.ring.output_armed) {
        finish_close(t);
    }
}

void uring_engine::finish_close(transport& t) {
    end_input(t, canceled());
    end_output(t, canceled());
    if (t.is_linked()) {
        t.unlink(); // a handler asked for more just now
    }
    held_connections_.close_those_of(t, os_);
    if (!t.foreign) {
        os_.close(t.fd);
    }
    t.fd = no_descriptor;
    told_ = true;
    t.events->closed(t); // the record may be gone now
}

void uring_engine::end_input(transport& t, std::error_code why) {
    t.cancel_input = false;
    if (t.input == input_kind::none) {
        return;
    }
    t.input = input_kind::none;
    drop_held(t);
    t.ring.ended = t.ring.queued = false;
    told_ = true;
    t.events->input_ended(t, why);
}

void uring_engine::end_output(transport& t, std::error_code why) {
    t.cancel_output = false;
    if (t.output == output_kind::none) {
        return;
    }
    t.output = output_kind::none;
    told_ = true;
    t.events->output_ended(t, why);
}

} // namespace iapp

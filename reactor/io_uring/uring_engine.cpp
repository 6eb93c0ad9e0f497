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
    : completing_engine{parts}, wake_fd_{wake_fd}, ring_{std::move(of)}, buffers_{*ring_, pool_} {}

uring_engine::~uring_engine() {
    ring_.reset();
    ::close(wake_fd_);
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
        wake_armed_ = false;
    }
}

void uring_engine::arm_wake() {
    if (wake_armed_ || !ring_->make_room(1)) {
        return;
    }
    wake_armed_ = true;
    io_uring_sqe& entry = ring_->next_entry();
    io_uring_prep_poll_multishot(&entry, wake_fd_, POLLIN);
    entry.user_data = operation_key{{}, operation_kind::wake_poll}.to_word();
}

void uring_engine::serve_all() {
    bool room = true;
    serve_some(services_per_poll, [&](transport& t) {
        room = room && ring_->make_room(entries_per_service);
        if (room) {
            serve(*this, t);
        } else {
            serve_later(t);
        }
    });
}

void uring_engine::poll(duration timeout) {
    if (!begun_) {
        begin();
    }
    told_ = false;
    serve_all();
    serve_starved(items_per_service);
    arm_waiting();
    arm_wake();
    const bool at_hand = told_ || anyone_to_serve() || !wake_armed_ || ring_->first() != nullptr;
    ring_->submit_and_wait(at_hand ? duration::zero() : timeout);
    counters_.overflows += ring_->overrun() ? 1 : 0;
    if (ring_->unsubmitted() == 0) {
        sends_.reset();
    }
    clock_.restart();
    reap();
    transports_.recycle();
}

} // namespace iapp

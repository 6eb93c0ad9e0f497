#pragma once
// The io_uring engine (Linux 6.1 and later): the kernel completes operations by itself.

#include <iapp/reactor/completing/completing_engine.hpp>
#include <iapp/reactor/io_uring/buffer_rings.hpp>
#include <iapp/reactor/io_uring/operation_key.hpp>
#include <iapp/reactor/io_uring/ring.hpp>
#include <iapp/reactor/io_uring/send_records.hpp>

#include <atomic>
#include <memory>

namespace iapp {

// How often it met its limits; none of them loses anything.
struct uring_counters {
    std::uint64_t overflows = 0;        // waits that found the completion queue overrun
    std::uint64_t out_of_buffers = 0;   // receives that found no buffer ready
    std::uint64_t waits_for_memory = 0; // those of them for which the pool had none either
};

// What transports want is noted in the service list; each pass turns the notes into submissions,
// hands all of them over and waits in one system call, and tells what has completed. Sources are
// multishot: begun once, they complete again and again. Pausing one ends it in the kernel; what
// completed before the kernel knew is kept with the transport and told on resuming. A connect is
// begun by the kernel verb and only waited for by the ring, and descriptors are closed by the verb,
// so that a simulated kernel sees them come and go.
class uring_engine final : public completing_engine {
  public:
    // One pass serves and tells at most so many; with the completion of each send they suffice for
    // some hundred busy connections.
    static constexpr unsigned services_per_poll = 1024;
    static constexpr unsigned completions_per_poll = 768;
    // What serving one transport submits at most: an operation or a cancellation on each side.
    // Where the kernel takes nothing just now and there is no room for it, those that are still to
    // be served wait for a later pass, and passes do not sleep until then.
    static constexpr unsigned entries_per_service = 2;

    // Fails as ring::make() and multishot_receive_tells_late_ends(), with the error of eventfd(2),
    // or with not_enough_memory for a first ring of buffers.
    static result<std::unique_ptr<uring_engine>> make(const engine_parts& parts,
                                                      const ring_options& options = {});
    ~uring_engine() override;

    std::string_view name() const noexcept override { return "io_uring"; }

    void poll(duration timeout) override;

    bool has_work() const noexcept override { return work_left_; }

    void wake() noexcept override;

    std::uint64_t calls() const noexcept override { return ring_->calls(); }

    const uring_counters& counters() const noexcept { return counters_; }

  private:
    friend class completing_engine;

    uring_engine(std::unique_ptr<ring> of, descriptor wake_fd, const engine_parts& parts);

    void begin();
    void serve_all();
    void arm_wake();
    void on_wake(bool poll_ended);

    // What is handed over.
    void begin_source(transport& t);
    void begin_watch(transport& t);
    void begin_send(transport& t);
    void begin_connect(transport& t);
    void stop_input(transport& t);
    void stop_output(transport& t);
    io_uring_sqe& arm_input(transport& t);
    io_uring_sqe& arm_output(transport& t);
    void cancel_operation(const transport& t, operation_kind which, operation_kind by);

    // Where its memory comes from.
    void arm_receive(transport& t, bool once = false);
    void arm_waiting();
    bool arm_waiting(buffer_ring& of);
    void wait_for_buffer(transport& t);
    void starve(transport& t);

    // What has completed.
    void reap();
    void dispatch(std::uint64_t key, std::int32_t outcome, std::uint32_t flags);
    void on_canceled(transport& t, operation_kind by);
    void on_input(transport& t, std::int32_t outcome, std::uint32_t flags);
    void on_received(transport& t, std::int32_t outcome, std::uint32_t flags, bool wanted);
    void on_ready(transport& t, std::int32_t outcome);
    void on_source_over(transport& t, std::int32_t outcome);
    void on_output(transport& t, std::int32_t outcome);
    void on_sent(transport& t, std::int32_t outcome);

    // Wakes are messages to the ring where the kernel has them: measured between two threads, a
    // wake costs 10 µs of CPU so and 14 µs by the eventfd. That serves before the ring is enabled,
    // on older kernels, and when there is no memory for a message. It is polled edge-triggered, so
    // it is never read.
    descriptor wake_fd_;
    std::atomic<bool> messages_{false};
    // A message is under way: further wakes need none, and there is never more than one.
    std::atomic<bool> wake_posted_{false};
    std::unique_ptr<ring> ring_;
    buffer_rings buffers_;
    send_records sends_;
    uring_counters counters_;
    bool begun_ = false;
    bool wake_armed_ = false; // the eventfd is polled
    bool work_left_ = false;  // the pass reached its limits
};

} // namespace iapp

#pragma once
// sim_engine: operations that complete by themselves in a simulated network, as with io_uring.

#include <iapp/reactor/completing/completing_engine.hpp>
#include <iapp/reactor/sim/sim_network.hpp>

#include <atomic>
#include <deque>
#include <vector>

namespace iapp {

// What the owner of a transport wants is begun by the next poll(). From then on the operation goes
// on by itself: a source yields item after item, each in a buffer chosen at that moment. Ending one
// is a request too: what has completed before it was heard is told, or kept while the source is
// paused. One poll() completes, and then tells, a bounded number.
class sim_engine final : public completing_engine, private sim_waiter {
  public:
    static constexpr std::string_view called = "sim_completing";
    static constexpr unsigned items_untold = 64; // completed of one source, at most
    static constexpr unsigned told_per_poll = 512;

    sim_engine(sim_network& network, sim_host host, const sim_program& program,
               const engine_parts& parts);
    ~sim_engine() override;
    sim_engine(const sim_engine&) = delete;
    sim_engine& operator=(const sim_engine&) = delete;

    std::string_view name() const noexcept override { return called; }

    void poll(duration timeout) override;

    bool has_work() const noexcept override { return anyone_to_serve() || !completions_.empty(); }

    void wake() noexcept override {
        woken_.store(true, std::memory_order_release); // pairs with the exchange in poll()
    }

    std::uint64_t calls() const noexcept override { return calls_; }

  private:
    friend class completing_engine;

    enum class side : std::uint8_t { input, output };

    // Under way in the simulated kernel. Its transport lives until it has ended.
    struct operation {
        transport* of = nullptr;   // null: none
        unsigned untold = 0;       // items in the queue of completions
        unsigned cancel_after = 0; // attempts that a cancellation comes too late for, and one
    };

    struct descriptor_state {
        operation input;
        operation output;
        bool queued = false; // in ready_
    };

    struct completion {
        slot_id of = {};
        side on = side::input;
        bool last = false;     // the operation is over
        std::size_t value = 0; // bytes, or a descriptor
        interest ready = {};   // of a watch
        std::error_code error = {};
        detail::buffer_block* block = nullptr; // where the bytes are
    };

    // What owners want (sim_engine.cpp).
    void begin_source(transport& t) { begin(t, side::input); }

    void begin_watch(transport& t) { begin(t, side::input); }

    void begin_send(transport& t) { begin(t, side::output); }

    void begin_connect(transport& t) { begin(t, side::output); }

    void stop_input(transport& t) { cancel(t, side::input); }

    void stop_output(transport& t) { cancel(t, side::output); }

    void let_go_on();

    // What the kernel does (sim_operations.cpp).
    void begin(transport& t, side on);
    void cancel(transport& t, side on);
    void go_on(descriptor fd);
    void attempt(operation& o, side on);
    void attempt_accept(operation& o);
    void attempt_receive(operation& o);
    void attempt_watch(operation& o);
    void attempt_connect(operation& o);
    void attempt_send(operation& o);
    void complete(operation& o, side on, completion what);
    descriptor_state& state_of(descriptor fd);
    void queue(descriptor fd);

    void signaled(descriptor fd) override { queue(fd); }

    void lost(descriptor fd) noexcept override;
    bool has_news() const noexcept override;

    // What is told of it (sim_completions.cpp).
    void tell_some();
    completion take_completion();
    void on_input(transport& t, const completion& c);
    void on_output(transport& t, const completion& c);
    void on_item(transport& t, const completion& c, bool wanted);
    void on_source_over(transport& t, std::error_code why);

    sim_network& network_;
    sim_host host_;
    sim_program program_;
    std::atomic<bool> woken_{false};
    std::uint64_t calls_ = 0;
    std::vector<descriptor_state> states_; // by descriptor
    std::vector<descriptor> ready_;        // whose operations may go on
    std::deque<completion> completions_;
};

} // namespace iapp

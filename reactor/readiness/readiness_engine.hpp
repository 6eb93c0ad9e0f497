#pragma once
// The layer that kqueue, epoll and poll share: it turns readiness into completions.

#include <iapp/reactor/buffer_pool.hpp>
#include <iapp/reactor/engines.hpp>
#include <iapp/reactor/poller.hpp>

#include <array>
#include <boost/intrusive/list.hpp>
#include <memory>
#include <vector>

namespace iapp {

// Every operation is tried first; what would block waits for the poller. A transport that has
// something to do - a new operation, a budget used up, a cancellation - is in the service list, and
// each pass serves a bounded number of them before and after it asks the kernel, so that a busy
// socket can keep no other waiting.
class readiness_engine final : public engine {
  public:
    // Items that one source may yield, and buffers it may take, before others have their turn.
    static constexpr unsigned items_per_service = 16;
    static constexpr unsigned accepts_per_service = 64;
    // Transports served in one pass; at least as many as one wait reports.
    static constexpr unsigned services_per_poll = 256;

    readiness_engine(std::unique_ptr<poller> waits, const engine_parts& parts);

    std::string_view name() const noexcept override { return poller_->name(); }

    void start_input(transport& t, input_kind what) override;
    void pause_input(transport& t) override;
    void resume_input(transport& t) override;
    void set_watched(transport& t, interest what) override;
    void cancel_input(transport& t) override;
    void start_connect(transport& t, const address& to) override;
    void start_send(transport& t) override;
    void cancel_output(transport& t) override;
    void close(transport& t) override;
    void poll(duration timeout) override;

    bool has_work() const noexcept override { return !service_.empty(); }

    void wake() noexcept override { poller_->wake(); }

    std::uint64_t calls() const noexcept override { return poller_->calls(); }

  private:
    using service_list =
        boost::intrusive::list<transport, boost::intrusive::constant_time_size<false>>;

    void serve_later(transport& t);
    void serve_some();
    void serve(transport& t);
    void run_answer(transport& t);
    static bool needs_service(const transport& t) noexcept;
    void finish_close(transport& t);
    void end_input(transport& t, std::error_code why);
    void end_output(transport& t, std::error_code why);

    void run_input(transport& t);
    void run_accept(transport& t);
    void run_receive(transport& t);
    void wait_for_memory(transport& t);
    void wake_starved();

    void input_would_block(transport& t);

    void run_output(transport& t);
    void run_connect(transport& t);
    void run_send(transport& t);

    void want(transport& t, interest what);
    void tell_poller();
    void on_event(const ready_event& event);
    void on_watch_event(transport& t, const ready_event& event);

    std::unique_ptr<poller> poller_;
    kernel& os_;
    slot_table<transport>& transports_;
    buffer_pool& buffers_;
    turn_clock& clock_;
    service_list service_;
    std::vector<slot_id> changed_; // whose interest the poller does not know yet
    std::vector<slot_id> starved_; // sources that found the buffer pool at its limit
    std::array<ready_event, 512> events_;
};

} // namespace iapp

#pragma once
// The layer that kqueue, epoll and poll share: it turns readiness into completions.

#include <iapp/reactor/poller.hpp>
#include <iapp/reactor/serving_engine.hpp>

#include <array>
#include <memory>
#include <vector>

namespace iapp {

// Every operation is tried first; what would block waits for the poller. Whoever uses up its budget
// is served again by the next pass.
class readiness_engine final : public serving_engine {
  public:
    // Items that one source may yield, and buffers it may take, before others have their turn.
    static constexpr unsigned items_per_service = 16;
    static constexpr unsigned accepts_per_service = 64;
    // Transports served in one pass; at least as many as one wait reports.
    static constexpr unsigned services_per_poll = 256;
    // What handlers write in answer to what they receive is sent so many at a time, sooner when a
    // wait reported few, and when it is so many bytes.
    static constexpr unsigned answers_per_batch = 32;
    static constexpr unsigned answer_batches_per_wait = 4;
    static constexpr std::size_t answer_bytes_max = 65536;

    readiness_engine(std::unique_ptr<poller> waits, const engine_parts& parts);

    std::string_view name() const noexcept override { return poller_->name(); }

    void start_input(transport& t, input_kind what) override;
    void pause_input(transport& t) override;
    void resume_input(transport& t) override;
    void set_watched(transport& t, interest what) override;
    void start_connect(transport& t, const address& to) override;
    void start_send(transport& t) override;
    void poll(duration timeout) override;

    bool has_work() const noexcept override { return anyone_to_serve(); }

    void wake() noexcept override { poller_->wake(); }

    std::uint64_t calls() const noexcept override { return poller_->calls(); }

  private:
    void serve(transport& t);
    void hold_answer(transport& t);
    void send_answers();
    static bool needs_service(const transport& t) noexcept;
    void forget_and_close(transport& t);
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
    std::vector<slot_id> changed_; // whose interest the poller does not know yet
    std::vector<slot_id> starved_; // sources that found the buffer pool at its limit
    std::array<ready_event, 512> events_;
    std::array<transport*, answers_per_batch> answers_; // with what handlers wrote, not sent yet
    std::size_t answers_held_ = 0;
    std::size_t answers_wanted_ = 0; // as many are sent
    std::size_t answer_bytes_ = 0;
};

} // namespace iapp

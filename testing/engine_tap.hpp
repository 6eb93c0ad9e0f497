#pragma once
// engine_tap: a simulated engine that notes whether its worker sleeps.

#include <iapp/reactor/engine.hpp>
#include <iapp/reactor/sim/sim_network.hpp>

#include <memory>
#include <utility>

namespace iapp {

// Where a real worker would wait inside poll(), a simulated one returns from it, and is not turned
// again before a real one would have gone on: when it was woken, its network has news, or the time
// that it wanted to wait is over. So a wake that is lost leaves it asleep, as in a real system.
class engine_tap final : public engine {
  public:
    engine_tap(std::unique_ptr<engine> to, sim_network& network)
        : to_{std::move(to)}, network_{network}, news_{network.latest_waiter()} {}

    // Whether a real worker would still be waiting.
    bool sleeps() const noexcept {
        return asleep_ && !woken_ && network_.now() < wake_at_ && !news_.has_news();
    }

    // Until when, if nothing comes before; time_point::max() for ever.
    time_point wake_at() const noexcept { return wake_at_; }

    std::string_view name() const noexcept override { return to_->name(); }

    void start_input(transport& t, input_kind what) override { to_->start_input(t, what); }

    void pause_input(transport& t) override { to_->pause_input(t); }

    void resume_input(transport& t) override { to_->resume_input(t); }

    void set_watched(transport& t, interest what) override { to_->set_watched(t, what); }

    void cancel_input(transport& t) override { to_->cancel_input(t); }

    void start_connect(transport& t, const address& to) override { to_->start_connect(t, to); }

    void start_send(transport& t) override { to_->start_send(t); }

    void cancel_output(transport& t) override { to_->cancel_output(t); }

    void close(transport& t) override { to_->close(t); }

    void poll(duration timeout) override;

    bool has_work() const noexcept override { return to_->has_work(); }

    void wake() noexcept override {
        woken_ = true;
        to_->wake();
    }

    std::uint64_t calls() const noexcept override { return to_->calls(); }

  private:
    std::unique_ptr<engine> to_;
    sim_network& network_;
    const sim_waiter& news_; // of `to_`
    bool asleep_ = false;
    bool woken_ = false;
    time_point wake_at_{};
};

} // namespace iapp

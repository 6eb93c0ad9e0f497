#pragma once
// sim_poller: a simulated kqueue, for the readiness layer.

#include <iapp/reactor/poller.hpp>
#include <iapp/reactor/sim/sim_network.hpp>

#include <atomic>
#include <vector>

namespace iapp {

// As kqueue with EV_CLEAR: each change is reported once, and only if it still holds when it is
// looked at. Writing is reported only while it is asked for, reading from the first registration
// on.
class sim_poller final : public poller, private sim_waiter {
  public:
    static constexpr std::string_view called = "sim_ready";

    sim_poller(sim_network& network, sim_host host, const sim_program& program);
    ~sim_poller() override;
    sim_poller(const sim_poller&) = delete;
    sim_poller& operator=(const sim_poller&) = delete;

    std::string_view name() const noexcept override { return called; }

    void change(const interest_change& c) override;
    void forget(descriptor fd, interest registered, bool stays_open) noexcept override;
    std::size_t wait(std::span<ready_event> out, duration timeout) override;

    void wake() noexcept override {
        woken_.store(true, std::memory_order_release); // pairs with the exchange in wait()
    }

    std::uint64_t calls() const noexcept override { return calls_; }

  private:
    struct registration {
        std::uint64_t key = 0; // 0: none
        interest asked;
        bool level = false;
        bool queued = false;
        bool end_told = false; // or the hang-up of it held back once
    };

    void signaled(descriptor fd) override;
    void lost(descriptor fd) noexcept override;
    bool has_news() const noexcept override;

    registration* find(descriptor fd) noexcept;
    void queue(descriptor fd);
    std::size_t collect(std::span<ready_event> out);
    bool look(descriptor fd, registration& r, ready_event& event);
    void add_untrue(std::span<ready_event> out, std::size_t& used);

    sim_network& network_;
    sim_host host_;
    sim_program program_;
    std::atomic<bool> woken_{false};
    std::uint64_t calls_ = 0;
    std::vector<registration> registered_; // by descriptor
    std::vector<descriptor> queued_;
    std::vector<ready_event> failed_;   // changes that were refused
    std::vector<std::uint64_t> closed_; // keys of late, for stale events
};

} // namespace iapp

#include <iapp/testing/sim_driver.hpp>

#include <iapp/testing/sim_world.hpp>

#include <algorithm>

namespace iapp {

result<std::unique_ptr<reactor>> sim_driver::make_reactor(const reactor_options& options) {
    sim_network& network = world_.network();
    stalled_until_.emplace_back();
    return reactor::make(options, network.make_kernel(host_, program_),
                         [&](const engine_parts& parts) {
                             auto tap = std::make_unique<engine_tap>(
                                 network.make_engine(host_, character_, parts, program_), network);
                             taps_.push_back(tap.get());
                             return result<std::unique_ptr<engine>>{std::move(tap)};
                         });
}

bool sim_driver::runnable(std::size_t index) noexcept {
    return !workers()[index].ended() && stalled_until_[index] <= now() && !taps_[index]->sleeps();
}

void sim_driver::turn(std::size_t index) {
    workers()[index].turn(time_point::max());
}

void sim_driver::end_stalls() noexcept {
    std::fill(stalled_until_.begin(), stalled_until_.end(), time_point{});
}

time_point sim_driver::next_event() noexcept {
    time_point next = time_point::max();
    for (std::size_t i = 0; i < taps_.size(); ++i) {
        if (!workers()[i].ended()) {
            next =
                std::min(next, stalled_until_[i] > now() ? stalled_until_[i] : taps_[i]->wake_at());
        }
    }
    return next;
}

// Who has ended leaves mail that the system discards when all have.
bool sim_driver::stopping() noexcept {
    return std::any_of(workers().begin(), workers().end(),
                       [](const stepped_worker& each) { return each.loop().asked_to_stop(); });
}

std::string sim_driver::lost_wake() noexcept {
    const auto stalled = [this](time_point until) { return until > now(); };
    if (std::any_of(stalled_until_.begin(), stalled_until_.end(), stalled)) {
        return {};
    }
    std::uint64_t on_its_way = 0; // may wrap around in between
    for (const stepped_worker& each : workers()) {
        const worker_loop& loop = each.loop();
        const worker_counters now = loop.statistics().actors;
        on_its_way += now.sent - now.delivered;
        for (const std::uint64_t dead : now.dead_letters) {
            on_its_way -= dead;
        }
        const std::string name = "worker " + std::to_string(loop.index());
        if (!each.ended() && loop.has_work()) {
            return name + " sleeps though it has something to do";
        }
        // Who stops takes no more mail, and what is left of it the system discards.
        if (!loop.asked_to_stop() && loop.holds_unsent()) {
            return name + " sleeps with mail for others that nobody will ask for";
        }
    }
    if (on_its_way != 0 && !stopping()) {
        return "all sleep, and " + std::to_string(on_its_way) + " messages have not been handled";
    }
    return {};
}

time_point sim_driver::now() const noexcept {
    return world_.now();
}

namespace {

class wait_scope {
  public:
    explicit wait_scope(int& waits) noexcept : waits_{waits} { ++waits_; }

    wait_scope(const wait_scope&) = delete;
    wait_scope& operator=(const wait_scope&) = delete;

    ~wait_scope() { --waits_; }

  private:
    int& waits_;
};

} // namespace

bool sim_driver::go_on(time_point until) {
    if (!killed_) {
        const wait_scope scope{waits_};
        return world_.go_on(until);
    }
    for (std::size_t i = 0; i < workers().size(); ++i) {
        turn(i);
    }
    constexpr std::uint64_t turns_max = 100'000;
    return ++turns_after_kill_ < turns_max;
}

} // namespace iapp

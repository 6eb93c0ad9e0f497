#pragma once
// Every ask has one end: its answer, or a reason that fits what became of the request.

#include <iapp/sim.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

namespace iapp::test {

// The error with which those who are asked refuse to answer.
inline std::error_code unwilling() {
    return std::make_error_code(std::errc::operation_canceled);
}

class ask_ledger {
  public:
    // To fail with; before everything else. `latest`: how late a deadline may come.
    void use(sim_world& world, duration latest) noexcept {
        world_ = &world;
        latest_ = latest;
    }

    // An ask's number, which is also its answer. `may_drop`: it may be given up by who waits, not
    // only by the asker's end.
    std::uint32_t begin(std::uint32_t asker, duration deadline, bool may_drop) {
        entries_.push_back({asker, world_->now() + deadline, may_drop});
        ++open_;
        return static_cast<std::uint32_t>(entries_.size() - 1);
    }

    // Held by whoever waits for an end: a callback, or the frame of a task.
    class waiter {
      public:
        waiter(ask_ledger& in, std::uint32_t number) noexcept : in_{&in}, number_{number} {}

        waiter(waiter&& other) noexcept
            : in_{std::exchange(other.in_, nullptr)}, number_{other.number_} {}

        waiter& operator=(waiter&&) = delete;

        ~waiter() {
            if (in_ != nullptr) {
                in_->let_go(number_);
            }
        }

        void hears(const result<std::uint32_t>& answer) { in_->ended(number_, answer); }

        // As the callback of an ask, which does nothing but wait.
        void operator()(const result<std::uint32_t>& answer) { hears(answer); }

      private:
        ask_ledger* in_;
        std::uint32_t number_;
    };

    waiter wait_for(std::uint32_t number) { return {*this, number}; }

    void cancelled(std::uint32_t number) {
        entry& e = entries_[number];
        world_->require(e.heard == 0 && e.let_go == 1, "only an open ask can be cancelled, once");
        if (!e.may_drop) {
            lost_.erase(lost_.find(e.asker));
        }
    }

    // What those do who are asked.
    void arrived(std::uint32_t number) {
        world_->require(++entries_[number].arrived == 1, "a request arrives once");
    }

    void forwarded(std::uint32_t number) { --entries_[number].arrived; }

    void answered(std::uint32_t number) { entries_[number].answered = true; }

    void refused(std::uint32_t number) { entries_[number].refused = true; }

    // While its asker lives, an ask is open, has been heard or was given up.
    void check_kept(std::uint32_t asker) const {
        world_->require(!lost_.contains(asker), "an ask of a living actor is not dropped");
    }

    // Whether nobody waits for an end.
    bool over() const noexcept { return open_ == 0; }

    // After the last deadline.
    void check_over() const {
        for (const entry& e : entries_) {
            world_->require(e.let_go == 1 && e.heard <= 1, "every ask has ended, once");
        }
    }

  private:
    struct entry {
        std::uint32_t asker;
        time_point deadline;
        bool may_drop;
        bool answered = false;
        bool refused = false;
        int arrived = 0; // and was not passed on
        int heard = 0;
        int let_go = 0; // by who waited for it
    };

    void let_go(std::uint32_t number) {
        const entry& e = entries_[number];
        ++entries_[number].let_go;
        --open_;
        if (e.heard == 0 && !e.may_drop) {
            lost_.insert(e.asker);
        }
    }

    void ended(std::uint32_t number, const result<std::uint32_t>& answer) {
        entry& e = entries_[number];
        world_->require(++e.heard == 1, "an ask ends once");
        world_->require(world_->now() <= e.deadline + latest_, "an ask ends in its time");
        if (answer) {
            world_->require(e.answered && *answer == number, "an answer is that to the question");
        } else if (answer.error() == unwilling()) {
            world_->require(e.refused, "an error that somebody chose was chosen");
        } else if (answer.error() == std::errc::timed_out) {
            world_->require(world_->now() >= e.deadline, "an ask has the time that it was given");
        } else {
            world_->require(answer.error() == actor_error::unanswered ||
                                answer.error() == actor_error::refused,
                            "an ask ends for one of the reasons that are named");
            world_->require(answer.error() != actor_error::refused || e.arrived == 0,
                            "a request that was refused has not arrived");
        }
    }

    sim_world* world_ = nullptr;
    duration latest_{};
    std::vector<entry> entries_;
    std::size_t open_ = 0;              // not let go yet
    std::multiset<std::uint32_t> lost_; // askers whose asks ended with nothing
};

} // namespace iapp::test

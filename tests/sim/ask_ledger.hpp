#pragma once
// Asks end once: with the right answer, with their deadline, or with a reason that there is none.

#include <iapp/sim.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace iapp::test {

struct question {
    std::uint32_t number;
    using reply = std::uint64_t;
};

inline std::uint64_t answer_to(const question& what) noexcept {
    return 3 * std::uint64_t{what.number} + 1;
}

class ask_ledger {
  public:
    // To fail with, and by how much a deadline may be met too late; before everything else.
    void use(sim_world& world, duration latest) noexcept {
        world_ = &world;
        latest_ = latest;
    }

    // What an actor gives cx.ask(): writes down that it was called, and that it ended.
    class entry_callback {
      public:
        entry_callback(ask_ledger& ledger, std::size_t number) noexcept
            : ledger_{&ledger}, number_{number} {}

        entry_callback(entry_callback&& other) noexcept
            : ledger_{std::exchange(other.ledger_, nullptr)}, number_{other.number_} {}

        ~entry_callback() {
            if (ledger_ != nullptr) {
                ++ledger_->entries_[number_].ended;
                --ledger_->open_;
            }
        }

        void operator()(result<std::uint64_t> answer) { ledger_->heard(number_, answer); }

      private:
        ask_ledger* ledger_;
        std::size_t number_;
    };

    // A new ask, whose number is the question's.
    std::uint32_t begin(duration deadline) {
        entries_.push_back({.deadline = world_->now() + deadline});
        ++open_;
        return static_cast<std::uint32_t>(entries_.size() - 1);
    }

    entry_callback callback(std::uint32_t number) { return {*this, number}; }

    void cancelled(std::uint32_t number) {
        world_->require(entries_[number].ended == 1, "who cancels an ask ends its callback");
        world_->require(!entries_[number].called, "only an open ask can be cancelled");
        entries_[number].called = true; // and so never again
    }

    // Whether all have ended.
    bool over() const noexcept { return open_ == 0; }

    void check_ended() const {
        for (const entry& each : entries_) {
            world_->require(each.ended == 1, "an ask ends once");
        }
    }

  private:
    struct entry {
        time_point deadline;
        bool called = false;
        unsigned ended = 0;
    };

    void heard(std::size_t number, const result<std::uint64_t>& answer) {
        entry& of = entries_[number];
        world_->require(!of.called, "an ask is answered once");
        of.called = true;
        world_->require(world_->now() <= of.deadline + latest_, "an ask is over by its deadline");
        if (answer) {
            world_->require(*answer == answer_to({static_cast<std::uint32_t>(number)}),
                            "the answer is the question's");
        } else if (answer.error() == std::errc::timed_out) {
            world_->require(world_->now() >= of.deadline, "no ask times out before its time");
        }
    }

    sim_world* world_ = nullptr;
    duration latest_{};
    std::vector<entry> entries_;
    std::uint64_t open_ = 0;
};

} // namespace iapp::test

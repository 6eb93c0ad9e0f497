#pragma once
// Posts end as exactly one of ran, cancelled and dropped.

#include <iapp/sim.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace iapp::test {

class post_ledger {
  public:
    // To fail with; before everything else.
    void use(sim_world& world) noexcept { world_ = &world; }

    // Writes down that its post ran, and that it ended.
    class entry_callback {
      public:
        entry_callback(post_ledger& ledger, std::size_t number) noexcept
            : ledger_{&ledger}, number_{number} {}

        entry_callback(entry_callback&& other) noexcept
            : ledger_{std::exchange(other.ledger_, nullptr)}, number_{other.number_} {}

        ~entry_callback() {
            if (ledger_ != nullptr) {
                ++ledger_->entries_[number_].ended;
            }
        }

        void operator()() { ledger_->ran(number_); }

      private:
        post_ledger* ledger_;
        std::size_t number_;
    };

    // A new post's number, and its callback.
    std::size_t begin() {
        entries_.emplace_back();
        return entries_.size() - 1;
    }

    entry_callback callback(std::size_t number) { return {*this, number}; }

    // What posting it gave.
    void posted(std::size_t number, post_handle handle) {
        entry& e = entries_[number];
        e.handle = handle;
        world_->require(static_cast<bool>(handle) || e.ended == 1,
                        "a refused post's callback is destroyed at once");
    }

    // Tries to cancel a random one, whatever has become of it.
    void cancel_one() {
        if (entries_.empty()) {
            return;
        }
        entry& e = entries_[world_->random().below(entries_.size())];
        const bool over = e.ran || e.cancelled || e.ended > 0;
        if (e.handle.cancel() == cancel_result::cancelled) {
            world_->require(!over, "only what has not ended can be cancelled");
            e.cancelled = true;
        }
    }

    // When the system that they were posted to has stopped.
    void check_ended() const {
        for (const entry& e : entries_) {
            world_->require(e.ended == 1, "a post's callback is destroyed once, by the end");
        }
    }

    // When all systems have.
    void check(const worker_statistics& last) const {
        std::uint64_t ran = 0;
        std::uint64_t cancelled = 0;
        std::uint64_t dropped = 0;
        for (const entry& e : entries_) {
            ran += e.ran ? 1 : 0;
            cancelled += e.cancelled ? 1 : 0;
            dropped += e.handle && !e.ran && !e.cancelled ? 1 : 0;
        }
        world_->require(ran == last.actors.posts_ran, "as many posts ran as were counted");
        world_->require(cancelled == last.actors.posts_cancelled, "the same of the cancelled");
        world_->require(dropped == last.actors.posts_dropped, "the same of the dropped");
    }

  private:
    struct entry {
        post_handle handle;
        bool ran = false;
        bool cancelled = false;
        unsigned ended = 0;
    };

    void ran(std::size_t number) {
        entry& e = entries_[number];
        world_->require(!e.ran && !e.cancelled, "a post runs once, and not when cancelled");
        e.ran = true;
    }

    sim_world* world_ = nullptr;
    std::vector<entry> entries_;
};

} // namespace iapp::test

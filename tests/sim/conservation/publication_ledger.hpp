#pragma once
// What is published arrives in the order of each publisher, once, and all of it but for what the
// queue counts as dropped.

#include <iapp/sim.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <vector>

namespace iapp::test::conservation {

// Names one publication: which of its queue, and which of its publisher there.
struct headline {
    std::uint32_t queue = 0;
    std::uint32_t entry = 0;
    std::uint32_t publisher = 0;
    std::uint32_t number = 0;
    std::uint32_t hops = 0;
};

// What one subscription has heard.
class reader {
  public:
    reader(std::uint32_t queue, std::size_t since) noexcept : queue_{queue}, since_{since} {}

    std::uint32_t queue() const noexcept { return queue_; }

    // Publications from this one on are its own.
    std::size_t since() const noexcept { return since_; }

    bool has(std::uint32_t entry) const { return heard_.contains(entry); }

    // False: it came before.
    bool note(const headline& what) { return heard_.insert(what.entry).second; }

    // The number of the latest from that publisher.
    std::uint32_t& latest(std::uint32_t publisher) { return latest_[publisher]; }

  private:
    std::uint32_t queue_;
    std::size_t since_;
    std::set<std::uint32_t> heard_;
    std::map<std::uint32_t, std::uint32_t> latest_;
};

class publication_ledger {
  public:
    // To fail with; before everything else.
    void use(sim_world& world) noexcept { world_ = &world; }

    // A new queue's number.
    std::uint32_t add() {
        queues_.emplace_back();
        return static_cast<std::uint32_t>(queues_.size() - 1);
    }

    // Before it is published.
    headline begin(std::uint32_t queue, std::uint32_t publisher, std::uint32_t hops) {
        auto& log = queues_[queue].log;
        log.push_back(fate::unknown);
        return {queue, static_cast<std::uint32_t>(log.size() - 1), publisher,
                ++queues_[queue].numbers[publisher], hops};
    }

    // What publish() said. Of a refusal from outside some workers may hear all the same.
    void published(const headline& what, bool taken, bool from_outside) {
        queues_[what.queue].log[what.entry] = taken          ? fate::taken
                                              : from_outside ? fate::unknown
                                                             : fate::refused;
        queues_[what.queue].taken += taken ? 1U : 0U;
    }

    reader subscribed(std::uint32_t queue) const { return {queue, queues_[queue].log.size()}; }

    void heard(reader& by, const headline& what) const {
        const auto& log = queues_[what.queue].log;
        world_->require(what.entry < log.size() && log[what.entry] != fate::refused,
                        "what is heard was published, and not refused");
        world_->require(by.note(what), "nobody hears a publication twice");
        std::uint32_t& latest = by.latest(what.publisher);
        world_->require(what.number > latest, "what one publishes arrives in order");
        latest = what.number;
    }

    // When all has arrived: notes what a subscription has missed that lives on that worker.
    void note_missed(const reader& by, unsigned worker) {
        const auto& log = queues_[by.queue()].log;
        std::uint64_t missed = 0;
        for (std::size_t i = by.since(); i < log.size(); ++i) {
            missed += log[i] == fate::taken && !by.has(static_cast<std::uint32_t>(i)) ? 1 : 0;
        }
        std::uint64_t& most = queues_[by.queue()].missed[worker];
        most = std::max(most, missed);
    }

    // When all subscriptions of the queue have been noted.
    void check_complete(std::uint32_t queue, const queue_counters& seen) const {
        std::uint64_t missed = 0;
        for (const auto& [worker, most] : queues_[queue].missed) {
            missed += most;
        }
        world_->require(missed <= seen.dropped,
                        "who subscribes hears all that is published and not counted as dropped");
    }

    // At the end of the queue's system.
    void check_counters(std::uint32_t queue, const queue_counters& seen) const {
        world_->require(seen.sent == seen.handed_out + seen.dropped + seen.stopped,
                        "events sent = handed out + dropped + stopped");
        world_->require(seen.published == queues_[queue].taken,
                        "the queue counts what it has taken");
    }

  private:
    enum class fate : std::uint8_t { unknown, taken, refused };

    struct history {
        std::vector<fate> log; // each publication
        std::map<std::uint32_t, std::uint32_t> numbers;
        std::map<unsigned, std::uint64_t> missed; // by each worker that has subscriptions
        std::uint64_t taken = 0;
    };

    sim_world* world_ = nullptr;
    std::deque<history> queues_;
};

} // namespace iapp::test::conservation

#include "peers/savina/caf_savina.hpp"

#include <deque>

namespace {

using item_atom = caf::atom_constant<caf::atom("item")>;   // producer to manager to consumer
using free_atom = caf::atom_constant<caf::atom("free")>;   // a consumer wants an item
using ended_atom = caf::atom_constant<caf::atom("ended")>; // a producer has no more

caf::behavior producer(caf::event_based_actor* self, caf::actor manager, std::uint64_t n) {
    auto left = std::make_shared<std::uint64_t>(n);
    return {[=](peers::go_atom) {
        if (*left == 0) {
            self->send(manager, ended_atom::value);
            return self->quit();
        }
        --*left;
        self->send(manager, item_atom::value, savina::work(savina::bounded_buffer_cost));
    }};
}

caf::behavior consumer(caf::event_based_actor* self, caf::actor manager) {
    return {[=](item_atom, std::uint64_t item) {
                const bool worked = savina::work(savina::bounded_buffer_cost) > 0 && item > 0;
                self->send(manager, free_atom::value, worked);
            },
            [=](peers::stop_atom) { self->quit(); }};
}

class manager : public caf::event_based_actor {
  public:
    manager(caf::actor_config& config, std::uint64_t n, peers::finish_line<std::uint64_t>& finish)
        : caf::event_based_actor{config}, n_{n}, finish_{finish} {}

    caf::behavior make_behavior() override {
        for (unsigned i = 0; i < savina::bounded_buffer_consumers; ++i) {
            free_.push_back(spawn(consumer, caf::actor_cast<caf::actor>(this)));
        }
        for (unsigned i = 0; i < savina::bounded_buffer_producers; ++i) {
            allow(spawn(producer, caf::actor_cast<caf::actor>(this), n_));
        }
        return {[this](item_atom, std::uint64_t item) { put(item); },
                [this](free_atom, bool worked) { take(worked); },
                [this](ended_atom) {
                    ++producers_ended_;
                    end_if_all_done();
                }};
    }

  private:
    // A producer may have one item under way; one that finds no place waits its turn.
    void allow(const caf::actor& which) { send(which, peers::go_atom::value); }

    void put(std::uint64_t item) {
        waiting_.push_back(caf::actor_cast<caf::actor>(current_sender()));
        if (free_.empty()) {
            items_.push_back(item);
        } else {
            send(free_.front(), item_atom::value, item);
            free_.pop_front();
        }
        allow_those_with_room();
    }

    void take(bool worked) {
        consumed_ += worked ? 1 : 0;
        const auto who = caf::actor_cast<caf::actor>(current_sender());
        if (items_.empty()) {
            free_.push_back(who);
        } else {
            send(who, item_atom::value, items_.front());
            items_.pop_front();
        }
        allow_those_with_room();
        end_if_all_done();
    }

    // Each producer that was allowed may bring one item yet: places are kept for all of them.
    void allow_those_with_room() {
        constexpr std::size_t full =
            savina::bounded_buffer_slots - savina::bounded_buffer_producers;
        while (!waiting_.empty() && items_.size() < full) {
            allow(waiting_.front());
            waiting_.pop_front();
        }
    }

    void end_if_all_done() {
        if (producers_ended_ < savina::bounded_buffer_producers ||
            free_.size() < savina::bounded_buffer_consumers) {
            return;
        }
        for (const caf::actor& each : free_) {
            send(each, peers::stop_atom::value);
        }
        free_.clear();
        finish_.reach(consumed_);
        quit();
    }

    std::uint64_t n_;
    std::deque<std::uint64_t> items_;
    std::deque<caf::actor> free_;    // consumers
    std::deque<caf::actor> waiting_; // producers
    unsigned producers_ended_ = 0;
    std::uint64_t consumed_ = 0;
    peers::finish_line<std::uint64_t>& finish_;
};

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"caf_savina_bounded_buffer",
         peers::caf_name(),
         savina::bounded_buffer_n,
         savina::bounded_buffer_producers,
         {}},
        [](std::uint64_t n, unsigned workers) {
            return peers::solve_with_caf(workers, [n](caf::actor_system& system, auto& finish) {
                system.spawn<manager>(n, finish);
            });
        },
        argc, argv);
}

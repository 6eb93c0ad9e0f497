#include "savina/solve.hpp"

#include <deque>

namespace {

using savina::go;

struct item {
    std::uint64_t value;
};

struct made {
    std::uint64_t value;
    iapp::ref<go> by;
};

struct exhausted {}; // a producer has no more

struct wanting { // a consumer wants the next item
    bool worked; // on the one before
    iapp::ref<item> who;
};

using manager_ref = iapp::ref<made, exhausted, wanting>;

class producer {
  public:
    using accepts = iapp::messages<go>;

    producer(iapp::context& cx, manager_ref manager, std::uint64_t n)
        : cx_{cx}, manager_{manager}, left_{n} {}

    void on(go) {
        if (left_ == 0) {
            manager_.send(exhausted{});
            cx_.stop();
            return;
        }
        --left_;
        manager_.send(made{savina::work(savina::bounded_buffer_cost), cx_.self(*this)});
    }

  private:
    iapp::context& cx_;
    manager_ref manager_;
    std::uint64_t left_;
};

class consumer {
  public:
    using accepts = iapp::messages<item>;

    consumer(iapp::context& cx, manager_ref manager) : cx_{cx}, manager_{manager} {}

    void on(item m) {
        const bool worked = savina::work(savina::bounded_buffer_cost) > 0 && m.value > 0;
        manager_.send(wanting{worked, cx_.self(*this)});
    }

  private:
    iapp::context& cx_;
    manager_ref manager_;
};

// Makes producers and consumers on its own worker: each step of each of them goes through the
// manager and costs less than a message to another worker and back. Were an item's cost some
// microseconds, they would be spread over all workers.
class manager {
  public:
    using accepts = iapp::messages<made, exhausted, wanting>;

    manager(iapp::context& cx, savina::solution& all, std::uint64_t n) : cx_{cx}, all_{all} {
        for (unsigned i = 0; i < savina::bounded_buffer_consumers; ++i) {
            free_.push_back(cx.spawn<consumer>(cx.self(*this)));
        }
        for (unsigned i = 0; i < savina::bounded_buffer_producers; ++i) {
            cx.spawn<producer>(cx.self(*this), n).send(go{});
        }
    }

    void on(made m) {
        waiting_.push_back(m.by);
        if (free_.empty()) {
            items_.push_back(m.value);
        } else {
            free_.front().send(item{m.value});
            free_.pop_front();
        }
        allow_those_with_room();
    }

    void on(wanting m) {
        consumed_ += m.worked ? 1 : 0;
        if (items_.empty()) {
            free_.push_back(m.who);
        } else {
            m.who.send(item{items_.front()});
            items_.pop_front();
        }
        allow_those_with_room();
        end_if_all_done();
    }

    void on(exhausted) {
        ++producers_ended_;
        end_if_all_done();
    }

  private:
    // Each producer that was allowed may bring one item yet: places are kept for all of them.
    void allow_those_with_room() {
        constexpr std::size_t full =
            savina::bounded_buffer_slots - savina::bounded_buffer_producers;
        while (!waiting_.empty() && items_.size() < full) {
            waiting_.front().send(go{});
            waiting_.pop_front();
        }
    }

    void end_if_all_done() {
        if (producers_ended_ == savina::bounded_buffer_producers &&
            free_.size() == savina::bounded_buffer_consumers) {
            all_.reach(cx_, consumed_);
        }
    }

    iapp::context& cx_;
    savina::solution& all_;
    std::deque<std::uint64_t> items_;
    std::deque<iapp::ref<item>> free_;
    std::deque<iapp::ref<go>> waiting_;
    unsigned producers_ended_ = 0;
    std::uint64_t consumed_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"savina_bounded_buffer",
         "iapp",
         savina::bounded_buffer_n,
         savina::bounded_buffer_producers,
         {}},
        [](std::uint64_t n, unsigned workers) {
            savina::solution all{workers};
            all.spawn<manager>(std::ref(all), n);
            return all.wait();
        },
        argc, argv);
}

// A worker is stopped while threads that are no workers push into its door: sent = delivered +
// dead.

#include "mailbox/interleaving.hpp"

#include <doctest/doctest.h>

#include <array>
#include <deque>
#include <optional>

using namespace iapp;
using namespace iapp::test;

namespace interleaved_stop_test {

namespace {

constexpr unsigned guests = 2;
constexpr unsigned messages = 4; // of each guest

// A queue as boost::lockfree::queue promises to be: bounded, one step for each operation, and a pop
// knows what the push knew.
class scheduled_door {
  public:
    bool push(unsigned message) {
        scheduler::current().point();
        if (queue_.size() == limit) {
            return false;
        }
        queue_.push_back({message, scheduler::current().view()});
        return true;
    }

    std::optional<unsigned> pop() {
        scheduler::current().point();
        // Whoever has not heard of a push may find the queue empty.
        if (queue_.empty() || (!knows_of_front() && scheduler::current().random().one_in(2))) {
            return std::nullopt;
        }
        const entry front = queue_.front();
        queue_.pop_front();
        scheduler::current().view().join(front.passed);
        return front.message;
    }

  private:
    static constexpr std::size_t limit = 3;

    struct entry {
        unsigned message;
        memory_view passed;
    };

    bool knows_of_front() const {
        const memory_view& mine = scheduler::current().view();
        const memory_view& pushed = queue_.front().passed;
        for (std::size_t i = 0; i < memory_view::places_max; ++i) {
            if (mine[i] < pushed[i]) {
                return false;
            }
        }
        return true;
    }

    std::deque<entry> queue_;
};

template <template <class> class Atomic>
class stopping_worker {
  public:
    explicit stopping_worker(scheduler& order) : order_{order} {}

    std::string run() {
        const std::string failure = order_.run(
            {[this] { work(); }, [this] { push(0); }, [this] { push(1); }, [this] { stop(); }});
        if (!failure.empty()) {
            return failure;
        }
        while (door_.pop()) {
            ++dead_; // buried after all have ended
        }
        return guests * messages == delivered_ + refused_ + dead_ ? "" : "the sums are wrong";
    }

  private:
    void work() {
        std::array<unsigned, guests> last{};
        for (bool stopping = false; !stopping;) {
            worker_.bell.collect();
            while (const std::optional<unsigned> message = door_.pop()) {
                const unsigned from = *message / 100;
                order_.check(*message % 100 > last[from], "doubled or out of order");
                last[from] = *message % 100;
                ++delivered_;
            }
            order_.check(true, "");
            stopping = stop_.load(std::memory_order_acquire);
            if (!stopping) {
                worker_.sleep();
            }
        }
    }

    void push(unsigned me) {
        // Known to whoever has heard of the push, which is what the ring is for.
        scheduled_plain<unsigned>& mark = marks_[me];
        for (unsigned n = 1; n <= messages; ++n) {
            order_.check(true, "");
            mark = n;
            if (closed_.load(std::memory_order_acquire) || !door_.push(me * 100 + n)) {
                ++refused_;
                continue;
            }
            worker_.wake_if(worker_.bell.ring(basic_doorbell<Atomic>::foreign));
        }
    }

    void stop() {
        closed_.store(true, std::memory_order_release);
        stop_.store(true, std::memory_order_release);
        worker_.wake_if(worker_.bell.ring(basic_doorbell<Atomic>::foreign));
    }

    scheduler& order_;
    sleeper<Atomic> worker_;
    scheduled_door door_;
    std::array<scheduled_plain<unsigned>, guests> marks_;
    scheduled_atomic<bool> closed_{false};
    scheduled_atomic<bool> stop_{false};
    unsigned delivered_ = 0;
    unsigned refused_ = 0;
    unsigned dead_ = 0;
};

template <template <class> class Atomic>
std::string first_failure_of_stop(std::uint64_t seeds) {
    return first_failure(guests + 2, seeds,
                         [](scheduler& order) { return stopping_worker<Atomic>{order}.run(); });
}

} // namespace

TEST_CASE("a worker stopped among foreign pushes ends, and each message is counted once") {
    CHECK(first_failure_of_stop<scheduled_atomic>(1'500) == "");
}

TEST_CASE("planted: a knock that orders nothing loses the stop") {
    const std::string failure = first_failure_of_stop<relaxed_atomic>(fault_seeds);
    INFO(failure);
    CHECK(failure.find("all wait: a wake was lost") == 0);
}

TEST_CASE("planted: a look before the knock loses the stop") {
    const std::string failure = first_failure_of_stop<looking_atomic>(fault_seeds);
    INFO(failure);
    CHECK(failure.find("all wait: a wake was lost") == 0);
}

} // namespace interleaved_stop_test

// Two workers send to a third through outboxes and rings that are soon full; all may sleep.

#include "mailbox/interleaving.hpp"

#include <iapp/mailbox/outbox.hpp>

#include <doctest/doctest.h>

#include <array>
#include <utility>

using namespace iapp;
using namespace iapp::test;

namespace interleaved_flow_test {

namespace {

constexpr unsigned senders = 2;
constexpr unsigned receiver = 2; // its index; those of the senders are 0 and 1
constexpr std::uint64_t messages = 5;
constexpr std::size_t outbox_limit = 3;

template <template <class> class Atomic, std::size_t Slots>
class flow {
  public:
    explicit flow(scheduler& order) : order_{order} {}

    std::string run() {
        std::string failure =
            order_.run({[this] { send(0); }, [this] { send(1); }, [this] { receive(); }});
        for (const auto& worker : workers_) {
            if (failure.empty() && !worker.each_sleep_had_its_wake()) {
                failure = "a sleep without its wake";
            }
        }
        return failure;
    }

  private:
    using ring = scheduled_ring<parcel, Slots>;
    using bell = basic_doorbell<Atomic>;

    void send(unsigned me) {
        basic_outbox<ring, bell> out{outbox_limit};
        std::uint64_t sent = 0;
        bool waiting = false;
        while (sent < messages || !out.empty()) {
            order_.check(true, "");
            waiting = waiting && workers_[me].bell.collect() == 0;
            while (sent < messages && order_.random().one_in(2)) {
                parcel* const place = out.claim();
                if (place == nullptr) {
                    break; // at the limit
                }
                place->to = ++sent;
            }
            if (!out.empty() && !waiting) {
                ring_owed(me);
                const bells when = order_.random().one_in(2) ? bells::owe : bells::ring;
                const flush_result done =
                    out.flush(rings_[me], workers_[receiver].bell, bell::worker_bit(me), when);
                workers_[receiver].wake_if(done.wake);
                owed_[me] = done.owed;
                waiting = done.waiting;
            }
            if (waiting && (sent == messages || order_.random().one_in(2))) {
                ring_owed(me);
                workers_[me].sleep();
            }
        }
        ring_owed(me);
    }

    void ring_owed(unsigned me) {
        sleeper<Atomic>& there = workers_[receiver];
        if (std::exchange(owed_[me], false)) {
            there.wake_if(
                basic_outbox<ring, bell>::ring_owed(rings_[me], there.bell, bell::worker_bit(me)));
        }
    }

    void receive() {
        std::array<std::uint64_t, senders> received{};
        std::uint64_t left = 0;
        while (received[0] + received[1] < senders * messages) {
            // Now and then into a ring though nobody has rung, as a worker that spins does.
            const bool looks = order_.random().one_in(4);
            const std::uint64_t rung = looks ? 0 : workers_[receiver].bell.collect();
            left |= looks ? bell::worker_bit(order_.random().below(senders)) : rung;
            for (unsigned i = 0; i < senders; ++i) {
                if ((left & bell::worker_bit(i)) != 0 && !pop(i, received[i])) {
                    left &= ~bell::worker_bit(i);
                }
            }
            const std::uint64_t stalled =
                rung != 0 ? workers_[receiver].bell.take_stalled() : std::uint64_t{0};
            for (unsigned i = 0; i < senders; ++i) {
                if ((stalled & bell::worker_bit(i)) != 0) {
                    workers_[i].wake_if(workers_[i].bell.ring(bell::worker_bit(receiver)));
                }
            }
            if (left == 0 && received[0] + received[1] < senders * messages) {
                workers_[receiver].sleep();
            }
        }
    }

    // Whether there may be more.
    bool pop(unsigned from, std::uint64_t& received) {
        std::array<parcel, 2> batch;
        const std::size_t budget = 1 + order_.random().below(batch.size());
        const std::size_t count = rings_[from].pop(batch.data(), budget);
        for (std::size_t i = 0; i < count; ++i) {
            order_.check(batch[i].to == ++received, "lost, doubled or out of order");
        }
        order_.check(true, "");
        return count == budget;
    }

    scheduler& order_;
    std::array<ring, senders> rings_;
    std::array<bool, senders> owed_{};
    std::array<sleeper<Atomic>, senders + 1> workers_;
};

template <template <class> class Atomic, std::size_t Slots>
std::string first_failure_of_flow(std::uint64_t seeds) {
    return first_failure(senders + 1, seeds,
                         [](scheduler& order) { return flow<Atomic, Slots>{order}.run(); });
}

} // namespace

TEST_CASE("through rings with room all arrives in order, and nobody sleeps with mail") {
    CHECK(first_failure_of_flow<scheduled_atomic, 8>(1'500) == "");
}

TEST_CASE("through full rings all arrives in order, and nobody waits for room in vain") {
    CHECK(first_failure_of_flow<scheduled_atomic, 1>(1'000) == "");
    CHECK(first_failure_of_flow<scheduled_atomic, 2>(1'500) == "");
}

TEST_CASE("planted: a doorbell that orders nothing is found") {
    const std::string failure = first_failure_of_flow<relaxed_atomic, 2>(fault_seeds);
    INFO(failure);
    CHECK(failure != "");
}

TEST_CASE("planted: a relaxed look before the ring is found") {
    const std::string failure = first_failure_of_flow<looking_atomic, 8>(fault_seeds);
    INFO(failure);
    CHECK(failure.find("all wait: a wake was lost") == 0);
}

TEST_CASE("planted: falling asleep by a plain store is found") {
    const std::string failure = first_failure_of_flow<two_step_atomic, 8>(fault_seeds);
    INFO(failure);
    CHECK(failure.find("all wait: a wake was lost") == 0);
}

} // namespace interleaved_flow_test

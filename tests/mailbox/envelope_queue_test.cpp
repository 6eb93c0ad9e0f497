#include <iapp/mailbox/envelope_queue.hpp>

#include <doctest/doctest.h>

using namespace iapp;

namespace envelope_queue_test {

TEST_CASE("the queue is first in, first out, and can be emptied and used again") {
    envelope_queue queue;
    envelope notes[3] = {};
    CHECK(queue.empty());
    CHECK(queue.pop() == nullptr);
    for (int round = 0; round < 2; ++round) {
        for (envelope& n : notes) {
            queue.push(&n);
        }
        CHECK(queue.size() == 3);
        for (envelope& n : notes) {
            CHECK(queue.pop() == &n);
        }
        CHECK(queue.empty());
        CHECK(queue.size() == 0);
        CHECK(queue.pop() == nullptr);
    }
}

TEST_CASE("pushing and popping in turn keeps the order") {
    envelope_queue queue;
    envelope notes[4] = {};
    queue.push(&notes[0]);
    queue.push(&notes[1]);
    CHECK(queue.pop() == &notes[0]);
    queue.push(&notes[2]);
    CHECK(queue.pop() == &notes[1]);
    CHECK(queue.pop() == &notes[2]);
    queue.push(&notes[3]);
    CHECK(queue.pop() == &notes[3]);
}

} // namespace envelope_queue_test

#include <iapp/mailbox/envelope_queue.hpp>

#include <doctest/doctest.h>

using namespace iapp;

namespace {

struct note : envelope {
    note() : envelope{&handle_note} {}

    static bool handle_note(envelope*, void* count, fate what) {
        ++*static_cast<int*>(count);
        return what == fate::deliver;
    }
};

} // namespace

TEST_CASE("the queue is first in, first out, and can be emptied and used again") {
    envelope_queue queue;
    note notes[3];
    CHECK(queue.empty());
    CHECK(queue.pop() == nullptr);
    for (int round = 0; round < 2; ++round) {
        for (note& n : notes) {
            queue.push(&n);
        }
        CHECK(queue.size() == 3);
        for (note& n : notes) {
            CHECK(queue.pop() == &n);
        }
        CHECK(queue.empty());
        CHECK(queue.size() == 0);
        CHECK(queue.pop() == nullptr);
    }
}

TEST_CASE("pushing and popping in turn keeps the order") {
    envelope_queue queue;
    note notes[4];
    queue.push(&notes[0]);
    queue.push(&notes[1]);
    CHECK(queue.pop() == &notes[0]);
    queue.push(&notes[2]);
    CHECK(queue.pop() == &notes[1]);
    CHECK(queue.pop() == &notes[2]);
    queue.push(&notes[3]);
    CHECK(queue.pop() == &notes[3]);
}

TEST_CASE("an envelope's handler learns its fate and answers for it") {
    note n;
    int count = 0;
    CHECK(n.handle(&count, envelope::fate::deliver));
    CHECK_FALSE(n.handle(&count, envelope::fate::discard));
    CHECK(count == 2);
}

#pragma once
// queue_options: what an event queue is like; queue_counters: what it has seen.

#include <iapp/actors/overflow.hpp>

#include <cstdint>

namespace iapp {

struct queue_options {
    // Events on their way to one worker, from all publishers together. 0: as many as the mail
    // between the threads takes, which has limits of its own (worker_limits).
    std::uint32_t limit = 0;
    // What publish() does when a subscribed worker is at the limit or its mail is full. `refuse`:
    // says false, and no worker gets the event. The other two: that worker misses one, the others
    // miss none. Where the mail itself is full, `drop_oldest` drops the newest too.
    overflow when_full = overflow::refuse;
    // Each subscriber first gets the latest event that has reached its worker. Every event then
    // goes to every worker, subscribers or not, and each keeps a copy of the last.
    bool replay_last = false;
};

// Of one queue. An event is sent once to each worker that has subscribers, and at rest
// sent = handed_out + dropped + stopped. What a worker misses counts as sent and dropped before
// publish() returns, but for the older event that has to go under `drop_oldest`: that one travels
// on and is dropped when it arrives.
struct queue_counters {
    std::uint64_t published = 0;  // calls of publish() that said true
    std::uint64_t refused = 0;    // that said false while the system lived
    std::uint64_t sent = 0;       // one for each worker
    std::uint64_t handed_out = 0; // given to the subscribers of a worker, however many these were
    std::uint64_t dropped = 0;    // by the policy `when_full`
    std::uint64_t stopped = 0;    // the system ended first
    std::uint64_t deliveries = 0; // one for each subscriber
};

} // namespace iapp

#include <iapp/actors/statistics.hpp>

namespace iapp {

namespace {

void add(worker_counters& to, const worker_counters& from) noexcept {
    to.sent += from.sent;
    to.delivered += from.delivered;
    for (std::size_t i = 0; i < to.dead_letters.size(); ++i) {
        to.dead_letters[i] += from.dead_letters[i];
    }
    to.actors_spawned += from.actors_spawned;
    to.actors_ended += from.actors_ended;
    to.actors_failed += from.actors_failed;
    to.actors_refused += from.actors_refused;
    to.events += from.events;
    to.events_dropped += from.events_dropped;
    to.events_refused += from.events_refused;
    to.turns += from.turns;
    to.sleeps += from.sleeps;
    to.wakes_received += from.wakes_received;
    to.spins += from.spins;
    to.spins_paid += from.spins_paid;
    to.stalls += from.stalls;
    to.posted += from.posted;
    to.posts_ran += from.posts_ran;
    to.posts_cancelled += from.posts_cancelled;
    to.posts_dropped += from.posts_dropped;
    to.posts_failed += from.posts_failed;
    to.tasks_started += from.tasks_started;
    to.tasks_refused += from.tasks_refused;
    to.task_frames_large += from.task_frames_large;
    to.offloads_started += from.offloads_started;
    to.offloads_ran += from.offloads_ran;
    to.offloads_dropped += from.offloads_dropped;
    to.offloads_refused += from.offloads_refused;
}

void add(ask_counters& to, const ask_counters& from) noexcept {
    to.asks += from.asks;
    to.answered += from.answered;
    to.timed_out += from.timed_out;
    to.unanswered += from.unanswered;
    to.cancelled += from.cancelled;
    to.late += from.late;
}

void add(mail_counters& to, const mail_counters& from) noexcept {
    to.sent_away += from.sent_away;
    to.received += from.received;
    to.batches += from.batches;
    to.rings_full += from.rings_full;
    to.wakes_sent += from.wakes_sent;
    to.wakes_saved += from.wakes_saved;
    to.blocks_home += from.blocks_home;
}

void add(io_counters& to, const io_counters& from) noexcept {
    to.ops_started += from.ops_started;
    to.ops_ended += from.ops_ended;
    to.bytes_in += from.bytes_in;
    to.bytes_out += from.bytes_out;
    to.bytes_dropped += from.bytes_dropped;
    to.accepted += from.accepted;
    to.accept_refused += from.accept_refused;
    to.accept_pauses += from.accept_pauses;
    to.accept_pause_why = from.accept_pause_why ? from.accept_pause_why : to.accept_pause_why;
}

} // namespace

worker_statistics& worker_statistics::operator+=(const worker_statistics& other) noexcept {
    add(actors, other.actors);
    add(asks, other.asks);
    add(mail, other.mail);
    add(io, other.io);
    system_calls += other.system_calls;
    open_sockets += other.open_sockets;
    buffers_out += other.buffers_out;
    buffer_bytes_mapped += other.buffer_bytes_mapped;
    return *this;
}

} // namespace iapp

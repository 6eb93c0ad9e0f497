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
    to.turns += from.turns;
    to.sleeps += from.sleeps;
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
    add(io, other.io);
    system_calls += other.system_calls;
    open_sockets += other.open_sockets;
    buffers_out += other.buffers_out;
    buffer_bytes_mapped += other.buffer_bytes_mapped;
    return *this;
}

} // namespace iapp

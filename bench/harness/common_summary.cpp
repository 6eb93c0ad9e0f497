#include "harness/common_summary.hpp"

#include <numeric>

namespace bench {

void add_system_fields(json_object& summary, const iapp::worker_statistics& system) {
    using iapp::dead_letter;
    const auto dead = [&](dead_letter reason) {
        return system.actors.dead_letters[iapp::index_of(reason)];
    };
    summary.add("sent", system.actors.sent)
        .add("delivered", system.actors.delivered)
        .add("dead_letters", json_object{}
                                 .add("stale", dead(dead_letter::stale))
                                 .add("refused", dead(dead_letter::refused))
                                 .add("dropped", dead(dead_letter::dropped))
                                 .add("stopped", dead(dead_letter::stopped)))
        .add("ops_started", system.io.ops_started)
        .add("ops_ended", system.io.ops_ended)
        .add("fds_left", system.open_sockets)
        .add("buffers_left", system.buffers_out)
        .add("syscalls", system.system_calls);
}

bool nothing_left(const iapp::worker_statistics& system) {
    const auto& dead = system.actors.dead_letters;
    const std::uint64_t accounted =
        std::accumulate(dead.begin(), dead.end(), system.actors.delivered);
    return system.io.ops_started == system.io.ops_ended && system.open_sockets == 0 &&
           system.buffers_out == 0 && system.actors.sent == accounted;
}

} // namespace bench

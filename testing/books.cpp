#include <iapp/testing/books.hpp>

#include <numeric>

namespace iapp::testing {

namespace {

void expect_equal(std::string& complaint, const char* left, std::uint64_t is, const char* right,
                  std::uint64_t other) {
    if (is == other) {
        return;
    }
    complaint += complaint.empty() ? "" : " ";
    complaint.append(left).append(" (").append(std::to_string(is)).append(") should be ");
    complaint.append(right).append(" (").append(std::to_string(other)).append(").");
}

} // namespace

std::string books_complaint(const worker_statistics& last,
                            std::span<const stepped_worker> workers) {
    const worker_counters& actors = last.actors;
    const std::uint64_t dead =
        std::accumulate(actors.dead_letters.begin(), actors.dead_letters.end(), std::uint64_t{0});
    std::string wrong;
    expect_equal(wrong, "Messages sent", actors.sent, "those delivered and dead letters",
                 actors.delivered + dead);
    expect_equal(wrong, "Posts that arrived", actors.posted, "those that ran, cancelled, dropped",
                 actors.posts_ran + actors.posts_cancelled + actors.posts_dropped);
    expect_equal(wrong, "Offloads started", actors.offloads_started, "those that ran, dropped",
                 actors.offloads_ran + actors.offloads_dropped);
    expect_equal(wrong, "Actors spawned", actors.actors_spawned, "those ended",
                 actors.actors_ended);
    expect_equal(wrong, "Operations started", last.io.ops_started, "those ended",
                 last.io.ops_ended);
    expect_equal(wrong, "Sockets open", last.open_sockets, "none", 0);
    expect_equal(wrong, "Buffers handed out", last.buffers_out, "none", 0);
    for (const stepped_worker& each : workers) {
        worker_loop& loop = each.loop();
        expect_equal(wrong, "Timers armed", loop.io().timers().armed(), "none", 0);
        expect_equal(wrong, "Delayed posts", loop.delayed().size(), "none", 0);
        expect_equal(wrong, "Blocks out of the pool", loop.memory().outstanding(), "none", 0);
    }
    return wrong;
}

} // namespace iapp::testing

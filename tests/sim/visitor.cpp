#include "sim/visitor.hpp"

#include "sim/position_bytes.hpp"

#include <algorithm>
#include <utility>

namespace iapp::test {

bool visits::over() const noexcept {
    return std::all_of(all.begin(), all.end(), [](const visit& each) { return each.over; });
}

bool visits::complete() const noexcept {
    return std::all_of(all.begin(), all.end(),
                       [](const visit& each) { return each.leaves || each.complete(); });
}

buffer visits::next_piece(const visit& mine, buffer_pool& from) {
    const std::uint64_t most = std::min<std::uint64_t>(mine.total - mine.sent, 30'000);
    buffer piece = from.allocate(static_cast<std::size_t>(1 + world->random().below(most)));
    world->require(static_cast<bool>(piece), "there is memory for a buffer");
    position_bytes{mine.number}.fill(piece.writable(), mine.sent);
    return piece;
}

void visits::received(visit& mine, std::span<const std::byte> what) {
    world->require(position_bytes{mine.number}.match(what, mine.received),
                   "what comes back was sent so");
    mine.received += what.size();
    world->require(mine.received <= mine.sent, "no more comes back than was sent");
}

visitor::visitor(context& cx, visits& all, visit& mine) : cx_{cx}, all_{all}, mine_{mine} {
    result<iapp::stream> made = cx.connect(mine.to);
    if (!made) {
        mine_.why = made.error();
        cx_.stop();
        return;
    }
    stream_ = std::move(*made);
    const auto io_size = static_cast<std::uint32_t>(200 + all.world->random().below(20'000));
    cx.start(stream_, {.io_size_bytes = io_size, .write_limit_bytes = 2 * io_size});
    deadline_ = cx.after(mine.deadline, overdue{cx.now() + mine.deadline});
}

void visitor::send_more() {
    while (mine_.sent < mine_.total) {
        buffer piece = all_.next_piece(mine_, cx_.buffers());
        const std::size_t size = piece.size();
        const write_status taken = stream_.write(std::move(piece));
        if (taken == write_status::refused) {
            return;
        }
        mine_.sent += size;
        if (taken == write_status::full && mine_.sent < mine_.total) {
            return;
        }
    }
    stream_.shutdown_write();
}

void visitor::on(const bytes& m) {
    sim_world& world = *all_.world;
    all_.received(mine_, m.data.bytes());
    if (world.random().chance(100'000)) {
        stream_.pause();
        pause_ = cx_.after(duration{static_cast<duration::rep>(world.random().below(50'000'000))},
                           read_on{});
    }
}

void visitor::on(input_ended) {
    mine_.end_seen = true;
}

void visitor::on(const closed& m) {
    mine_.why = m.why;
    cx_.stop();
}

void visitor::on(overdue m) {
    const duration late = cx_.now() - m.at;
    all_.world->require(late >= duration::zero(), "a deadline does not come before its time");
    all_.world->require(late <= all_.latest, "a deadline comes in its time");
    mine_.gave_up = true;
    stream_.abort();
}

visit& plan_visit(visits& all, const address& to, std::uint64_t bytes_max, duration deadline) {
    return all.all.emplace_back(visit{.number = all.all.size(),
                                      .to = to,
                                      .total = 1 + all.world->random().below(bytes_max),
                                      .deadline = deadline});
}

void visit_once_more(visits& all, iapp::system& from, const address& to) {
    using namespace std::chrono_literals;
    sim_world& world = *all.world;
    world.run_for(10s); // what was planned befalls them
    world.end_trouble();
    world.run_for(1s); // a front that could not listen tries again
    begin_visit(all, from, to, 10'000, 60s);
    world.require(world.run_until([&] { return all.over(); }, 1h), "the last visit ends");
    world.require(all.all.back().complete(), "the service survives what befell it");
}

} // namespace iapp::test

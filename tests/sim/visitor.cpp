#include "sim/visitor.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace iapp::test {

bool visits::over() const noexcept {
    return std::all_of(all.begin(), all.end(), [](const visit& each) { return each.over; });
}

bool visits::complete() const noexcept {
    return std::all_of(all.begin(), all.end(), [](const visit& each) { return each.complete(); });
}

namespace {

// Those that may end a connection, or keep one from being made.
constexpr std::array hostile{&sim_faults::too_many_files,  &sim_faults::too_many_files_in_system,
                             &sim_faults::no_buffers,      &sim_faults::no_memory,
                             &sim_faults::connect_refused, &sim_faults::connect_unanswered,
                             &sim_faults::reset,           &sim_faults::timed_out};

} // namespace

bool is_peaceful(const sim_faults& faults) noexcept {
    return std::all_of(hostile.begin(), hostile.end(),
                       [&](auto each) { return faults.*each == 0; });
}

void maybe_make_peace(sim_world& world) {
    if (!world.random().chance(300'000)) {
        return;
    }
    sim_faults left = world.network().options().faults;
    for (const auto each : hostile) {
        left.*each = 0;
    }
    world.network().set_faults(left);
}

visitor::visitor(context& cx, visits& all, visit& mine)
    : cx_{cx}, all_{all}, mine_{mine}, pattern_{mine.number} {
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

buffer visitor::next_piece() {
    const std::uint64_t most = std::min<std::uint64_t>(mine_.total - mine_.sent, 30'000);
    const auto size = static_cast<std::size_t>(1 + all_.world->random().below(most));
    buffer piece = cx_.buffers().allocate(size);
    all_.world->require(static_cast<bool>(piece), "there is memory for a buffer");
    pattern_.fill(piece.writable(), mine_.sent);
    return piece;
}

void visitor::send_more() {
    while (mine_.sent < mine_.total) {
        buffer piece = next_piece();
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
    world.require(pattern_.match(m.data.bytes(), mine_.received), "what comes back was sent so");
    mine_.received += m.size;
    world.require(mine_.received <= mine_.sent, "no more comes back than was sent");
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

void begin_visit(visits& all, iapp::system& from, const address& to, std::uint64_t bytes_max,
                 duration deadline) {
    sim_random& random = all.world->random();
    all.all.push_back({.number = all.all.size(),
                       .to = to,
                       .total = 1 + random.below(bytes_max),
                       .deadline = deadline});
    visit& mine = all.all.back();
    const worker on{static_cast<unsigned>(random.below(from.workers()))};
    if (!from.spawn<visitor>({.on = on}, std::ref(all), std::ref(mine))) {
        mine.over = true;
    }
}

} // namespace iapp::test

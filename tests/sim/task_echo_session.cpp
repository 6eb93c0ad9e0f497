#include "sim/task_echo_session.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace iapp::test {

using namespace std::chrono_literals;

task_echo_session::task_echo_session(context& cx, stream s, task_echo_rules* rules)
    : cx_{cx}, rules_{*rules}, session_{rules_.sessions}, stream_{std::move(s)} {
    cx_.run(chance(800'000) ? &task_echo_session::end_well : &task_echo_session::serve, this);
}

duration task_echo_session::below(duration most) {
    return duration{static_cast<duration::rep>(
        rules_.world->random().below(static_cast<std::uint64_t>(most.count())))};
}

void task_echo_session::check_lateness(time_point begun, duration patience, bool over) {
    const duration took = cx_.now() - begun;
    rules_.world->require(took <= patience + rules_.latest, "a deadline comes in its time");
    rules_.world->require(!over || rules_.may_time_out_early || took >= patience,
                          "a deadline does not come before its time");
}

task<> task_echo_session::end_well() {
    const alive frame{rules_.frames};
    [[maybe_unused]] const result<void> over = co_await serve().as_result();
    cx_.stop();
}

// As the first task of its actor it lets errors fail the actor.
task<> task_echo_session::serve() {
    const alive frame{rules_.frames};
    const transfer_options options{.idle = rules_.idle_max};
    if (chance(300'000)) {
        co_await transfer(stream_, stream_, options);
    } else {
        co_await echo();
    }
    co_await with_deadline(rules_.idle_max, finish());
    cx_.stop();
}

task<> task_echo_session::echo() {
    const alive frame{rules_.frames};
    for (;;) {
        buffer piece = co_await next();
        if (piece.empty()) {
            co_return;
        }
        const time_point begun = cx_.now();
        const result<void> done =
            co_await with_deadline(rules_.idle_max, put(std::move(piece))).as_result();
        check_lateness(begun, rules_.idle_max, done.error() == std::errc::timed_out);
        if (!done) {
            throw std::system_error{done.error()};
        }
    }
}

// What comes within idle_max; in between it may lose patience and try again, without losing a byte.
task<buffer> task_echo_session::next() {
    const alive frame{rules_.frames};
    const time_point until = cx_.now() + rules_.idle_max;
    for (;;) {
        const time_point begun = cx_.now();
        const bool impatient = chance(300'000);
        const duration patience =
            std::min(until - begun, impatient ? below(20ms) : rules_.idle_max);
        result<buffer> got = co_await attempt(patience).as_result();
        const bool over = got.error() == std::errc::timed_out;
        check_lateness(begun, patience, over);
        if (got) {
            co_return std::move(*got);
        }
        if (!over || cx_.now() >= until || cx_.now() - begun < patience) {
            throw std::system_error{got.error()};
        }
    }
}

task<buffer> task_echo_session::attempt(duration patience) {
    const alive frame{rules_.frames};
    switch (rules_.world->random().below(3)) {
    case 0: {
        const std::size_t most = 1 + rules_.world->random().below(30'000);
        co_return co_await read(stream_, {.bytes_most = most, .deadline = patience});
    }
    case 1:
        co_return co_await with_deadline(patience, take());
    default:
        gave_up_ = false;
        buffer got = co_await any(take(), give_up(patience));
        if (gave_up_) {
            throw std::system_error{std::make_error_code(std::errc::timed_out)};
        }
        co_return got;
    }
}

task<buffer> task_echo_session::take() {
    const alive frame{rules_.frames};
    co_return co_await read(stream_);
}

task<buffer> task_echo_session::give_up(duration patience) {
    const alive frame{rules_.frames};
    co_await cx_.sleep(patience);
    gave_up_ = true;
    co_return buffer{};
}

task<> task_echo_session::put(buffer piece) {
    const alive frame{rules_.frames};
    if (chance(500'000)) {
        co_await all(give(std::move(piece)), nap());
    } else {
        co_await write(stream_, std::move(piece));
    }
}

task<> task_echo_session::give(buffer piece) {
    const alive frame{rules_.frames};
    co_await write(stream_, std::move(piece));
}

task<> task_echo_session::nap() {
    const alive frame{rules_.frames};
    co_await cx_.sleep(below(3ms));
}

task<> task_echo_session::finish() {
    const alive frame{rules_.frames};
    co_await shutdown(stream_);
    co_await close(stream_);
}

} // namespace iapp::test

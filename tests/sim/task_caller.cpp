#include "sim/task_caller.hpp"

#include <algorithm>
#include <utility>

namespace iapp::test {

using namespace std::chrono_literals;

task_caller::task_caller(context& cx, visits& all, visit& mine)
    : cx_{cx}, all_{all}, mine_{mine},
      habit_{static_cast<habit>(std::max<std::uint64_t>(all.world->random().below(8), 3) - 3)} {
    if (habit_ == habit::late_to_read) {
        mine_.total = std::min<std::uint64_t>(mine_.total, 50'000); // what fits in between
    }
    mine_.leaves = habit_ == habit::resets || habit_ == habit::leaves;
    cx_.run(&task_caller::run, this);
}

duration task_caller::below(duration most) {
    return duration{static_cast<duration::rep>(
        all_.world->random().below(static_cast<std::uint64_t>(most.count())))};
}

task<> task_caller::run() {
    const time_point begun = cx_.now();
    const result<void> over = co_await with_deadline(mine_.deadline, call()).as_result();
    const duration took = cx_.now() - begun;
    all_.world->require(took <= mine_.deadline + all_.latest, "a deadline comes in its time");
    mine_.why = over.error();
    mine_.gave_up = took >= mine_.deadline;
    cx_.stop();
}

task<> task_caller::call() {
    stream_ = co_await tcp::connect(cx_, mine_.to, 10s);
    switch (habit_) {
    case habit::steady:
    case habit::stalls:
        co_await all(say(), hear());
        break;
    case habit::late_to_read:
        co_await say();
        co_await hear();
        break;
    case habit::resets:
    case habit::leaves:
        co_await all(say(), hear(), break_off());
        break;
    }
    co_await close(stream_);
}

task<> task_caller::say() {
    while (mine_.sent < mine_.total) {
        buffer piece = all_.next_piece(mine_, cx_.buffers());
        mine_.sent += piece.size(); // they may be back before this task goes on
        co_await write(stream_, std::move(piece));
        if (all_.world->random().chance(200'000)) {
            co_await cx_.sleep(below(10ms));
        }
    }
    if (habit_ != habit::stalls) {
        co_await shutdown(stream_);
    }
}

task<> task_caller::hear() {
    for (;;) {
        const buffer got = co_await read(stream_);
        if (got.empty()) {
            break;
        }
        all_.received(mine_, got.bytes());
        if (all_.world->random().chance(100'000)) {
            co_await cx_.sleep(below(50ms));
        }
    }
    mine_.end_seen = true;
}

task<> task_caller::break_off() {
    co_await cx_.sleep(below(all_.world->random().chance(500'000) ? 2ms : 100ms));
    if (habit_ == habit::resets) {
        stream_.abort();
    } else {
        cx_.stop();
    }
}

} // namespace iapp::test

#include <iapp/actors/watchdog.hpp>

#include <iapp/actors/worker.hpp>
#include <iapp/mailbox/log.hpp>
#include <iapp/reactor/os/threads.hpp>

#include <algorithm>
#include <utility>

namespace iapp {

namespace {

using milliseconds = std::chrono::milliseconds;

constexpr int looks_per_limit = 4;

void report(unsigned worker, const std::string_view* actor, const std::string_view& message,
            const char* what, duration time) noexcept {
    const auto ms = static_cast<long long>(std::chrono::duration_cast<milliseconds>(time).count());
    const int size = static_cast<int>(message.size());
    if (actor == nullptr) {
        write_log(log_level::warning, static_cast<int>(worker), "the callback %.*s %s %lld ms",
                  size, message.data(), what, ms);
    } else {
        write_log(log_level::warning, static_cast<int>(worker), "on(%.*s) of actor %.*s %s %lld ms",
                  size, message.data(), static_cast<int>(actor->size()), actor->data(), what, ms);
    }
}

} // namespace

watchdog::watchdog(std::vector<worker_loop*> workers, watchdog_options options)
    : limit_{options.limit} {
    for (worker_loop* each : workers) {
        workers_.push_back({.worker = each});
    }
}

void watchdog::look(time_point now) noexcept {
    for (watched& each : workers_) {
        look_at(each, now);
    }
}

void watchdog::look_at(watched& one, time_point now) noexcept {
    running_note& note = one.worker->running();
    if (!note.marked()) { // another handler than at the last look, or none
        if (std::exchange(one.stalled, false)) {
            report(one.worker->index(), one.actor, *one.message, "let its worker go after",
                   now - one.since);
        }
        note.mark();
        one.since = now;
    } else if (!one.stalled && now - one.since >= limit_) {
        one.actor = note.actor();
        one.message = note.message();
        // Still the one that was marked, so that both names are its own.
        one.stalled = note.marked() && one.message != nullptr;
        if (one.stalled) {
            one.worker->count_stall();
            report(one.worker->index(), one.actor, *one.message, "holds its worker for",
                   now - one.since);
        }
    }
}

watchdog_thread::watchdog_thread(std::vector<worker_loop*> workers, watchdog_options options,
                                 std::string name)
    : dog_{std::move(workers), options}, pause_{std::max<duration>(options.limit / looks_per_limit,
                                                                   milliseconds{1})},
      thread_{&watchdog_thread::run, this, std::move(name)} {}

watchdog_thread::~watchdog_thread() {
    end_.release();
    thread_.join();
}

void watchdog_thread::run(const std::string& name) {
    os::name_this_thread(name);
    while (!end_.try_acquire_for(pause_)) {
        dog_.look(os_.now());
    }
}

} // namespace iapp

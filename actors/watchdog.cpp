#include <iapp/actors/watchdog.hpp>

#include <iapp/actors/worker.hpp>
#include <iapp/mailbox/log.hpp>
#include <iapp/reactor/os/code_place.hpp>
#include <iapp/reactor/os/threads.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace iapp {

namespace {

using milliseconds = std::chrono::milliseconds;

constexpr int looks_per_limit = 4;
constexpr const char* ended_first = "ended before its stack was taken";

// What a handler or callback is called in a report.
struct run_name {
    unsigned worker;
    const std::string_view* actor; // null: a callback
    const std::string_view& message;
};

void report(const run_name& who, const char* what) noexcept {
    const int size = static_cast<int>(who.message.size());
    const int worker = static_cast<int>(who.worker);
    if (who.actor == nullptr) {
        write_log(log_level::warning, worker, "the callback %.*s %s", size, who.message.data(),
                  what);
    } else {
        write_log(log_level::warning, worker, "on(%.*s) of actor %.*s %s", size, who.message.data(),
                  static_cast<int>(who.actor->size()), who.actor->data(), what);
    }
}

void report(const run_name& who, const char* what, duration time) noexcept {
    const auto ms = std::chrono::duration_cast<milliseconds>(time).count();
    std::array<char, 80> text;
    std::snprintf(text.data(), text.size(), "%s %lld ms", what, static_cast<long long>(ms));
    report(who, text.data());
}

// Long names are cut, so that the place in the file is still in the line.
void report_frame(unsigned worker, std::size_t number, const void* address) noexcept {
    const os::code_place at = os::find_code(address);
    std::array<char, 256> function{};
    if (at.function != nullptr) {
        std::snprintf(function.data(), function.size(), " in %.220s+0x%zx", at.function,
                      at.function_offset);
    }
    write_log(log_level::warning, static_cast<int>(worker), "  #%zu %p%s (%.180s+0x%zx)", number,
              address, function.data(), at.file == nullptr ? "?" : at.file, at.file_offset);
}

void report_stack(const run_name& who, std::span<const void* const> frames) noexcept {
    report(who, "is here, the innermost call first:");
    for (std::size_t i = 0; i < frames.size(); ++i) {
        report_frame(who.worker, i, frames[i]);
    }
}

} // namespace

watchdog::watchdog(std::vector<worker_loop*> workers, watchdog_options options)
    : limit_{options.limit} {
    for (worker_loop* each : workers) {
        workers_.push_back({.worker = each});
    }
    if (options.stack_signal != 0) {
        stack_signal_.emplace(options.stack_signal);
    }
}

void watchdog::look(time_point now) noexcept {
    for (watched& each : workers_) {
        look_at(each, now);
    }
}

void watchdog::look_at(watched& one, time_point now) noexcept {
    running_note& note = one.worker->running();
    if (one.stack_awaited) {
        look_for_stack(one);
    }
    if (!note.marked()) { // another handler than at the last look, or none
        if (std::exchange(one.stalled, false)) {
            report({one.worker->index(), one.actor, *one.message}, "let its worker go after",
                   now - one.since);
        }
        note.mark();
        one.since = now;
    } else if (!one.stalled && !one.stack_awaited && now - one.since >= limit_) {
        one.actor = note.actor();
        one.message = note.message();
        // Still the one that was marked, so that both names are its own.
        one.stalled = note.marked() && one.message != nullptr;
        if (one.stalled) {
            one.worker->count_stall();
            report({one.worker->index(), one.actor, *one.message}, "holds its worker for",
                   now - one.since);
            ask_for_stack(one);
        }
    }
}

void watchdog::ask_for_stack(watched& one) noexcept {
    if (!stack_signal_) {
        return;
    }
    const auto still_runs = [](const void* note) noexcept {
        return static_cast<const running_note*>(note)->marked();
    };
    one.stack_awaited = one.worker->stack().ask(*stack_signal_, still_runs, &one.worker->running());
    if (!one.stack_awaited) {
        report({one.worker->index(), one.actor, *one.message},
               one.worker->running().marked() ? "cannot be asked for its stack" : ended_first);
    }
}

void watchdog::look_for_stack(watched& one) noexcept {
    os::stack_probe& probe = one.worker->stack();
    const run_name who{one.worker->index(), one.actor, *one.message};
    // In this order: when it is too late to cancel, what came of it is seen now.
    const bool cancelled = !one.worker->running().marked() && probe.cancel();
    const os::stack_probe::state found = probe.now();
    if (found == os::stack_probe::state::taken) {
        report_stack(who, probe.frames());
    } else if (cancelled || found == os::stack_probe::state::declined) {
        report(who, ended_first);
    } else {
        return; // the signal is on its way, or its handler at work
    }
    one.stack_awaited = false;
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

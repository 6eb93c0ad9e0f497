#pragma once
// What the library reports to people: to standard error, or to a function of the program's.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace iapp {

enum class log_level : std::uint8_t {
    warning, // something works less well than it could: a slow handler, an engine that is missing
    error,   // something was lost: an actor or a callback failed, a stop is late
};

struct log_record {
    static constexpr int no_worker = -1;

    log_level level = log_level::error;
    int worker = no_worker; // whom it is about
    std::string_view text;  // a line without its end; valid during the call only
};

// Called by whatever thread has something to report, workers included, also by several at a time:
// it should not block, and a program that logs to a file hands the line on. It must not throw.
using log_hook = void (*)(const log_record& record) noexcept;

// From now on every report of the library, of all systems of the process, goes to `hook`; null: to
// standard error, as at the start ("iapp: worker 2: ..."). Returns the one before. Any thread; a
// report that is under way may still go there. A failed IAPP_CHECK does not come here: it ends the
// process with a line on standard error.
log_hook set_log_hook(log_hook hook) noexcept;

// Longer lines are cut.
constexpr std::size_t log_text_max = 511;

// For the library: reports a line made as std::printf does, without allocating. Any thread.
[[gnu::format(printf, 3, 4)]] void write_log(log_level level, int worker, const char* format,
                                             ...) noexcept;

} // namespace iapp

#pragma once

// Checks for programmer errors. They stay on in release builds (a wrong program must not run on);
// operating errors such as a reset connection are values instead (reactor/result.hpp).

namespace iapp {

// Prints `file:line: check failed: condition: message` to standard error and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               const char* message) noexcept;

} // namespace iapp

// Aborts with a message when `condition` is false. Any thread; always on.
#define IAPP_CHECK(condition, message)                                                             \
    (static_cast<bool>(condition) ? static_cast<void>(0)                                           \
                                  : ::iapp::check_failed(__FILE__, __LINE__, #condition, message))

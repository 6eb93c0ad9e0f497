#pragma once

#include "check.hpp"

namespace selftest {

// Runs the check in a child process and waits at most check_limit() for its outcome. A check that
// hangs is killed, one that crashes is a failure, and whatever it left open, set or locked goes
// away with its process. The calling process must have one thread.
outcome run_isolated(const check& subject);

// After this, SIGINT and SIGTERM end the check that is running and set interrupted().
void catch_signals();
bool interrupted();

} // namespace selftest

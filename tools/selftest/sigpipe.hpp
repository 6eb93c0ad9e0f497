#pragma once

namespace selftest {

// Counts SIGPIPE from now on instead of dying of it.
void count_sigpipe();

// How many came.
int sigpipes();

} // namespace selftest

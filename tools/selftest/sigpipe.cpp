#include "sigpipe.hpp"

#include <csignal>

namespace selftest {

namespace {

volatile std::sig_atomic_t signals = 0;

void count_signal(int) {
    signals = signals + 1;
}

} // namespace

void count_sigpipe() {
    struct sigaction action = {};
    action.sa_handler = count_signal;
    ::sigaction(SIGPIPE, &action, nullptr);
}

int sigpipes() {
    return signals;
}

} // namespace selftest

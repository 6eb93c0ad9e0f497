#include "runner.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sockets.hpp"

namespace selftest {

namespace {

volatile std::sig_atomic_t stop_asked = 0;

void on_signal(int) {
    stop_asked = 1;
}

void set_handler(void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

// The child: one byte of verdict, then the text, then the end.
[[noreturn]] void run_and_tell(const check& subject, int out) {
    set_handler(SIG_DFL);
    outcome found;
    try {
        found = subject.run();
    } catch (const setup_failed& failure) {
        found = {verdict::fail, failure.what()};
    }
    const std::string line = static_cast<char>('0' + static_cast<int>(found.result)) + found.seen;
    const auto written = ::write(out, line.data(), line.size());
    ::_exit(written == static_cast<ssize_t>(line.size()) ? 0 : 1);
}

// Reads until the writer has gone. False when the time was up, or a signal came, before that.
bool read_to_end(int in, std::string& text) {
    const auto deadline = std::chrono::steady_clock::now() + check_limit();
    while (stop_asked == 0) {
        const auto left =
            std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            return false;
        }
        if (wait_for(in, POLLIN, left) == 0) {
            continue; // time is up, or a signal: both are tested above
        }
        std::array<char, 4096> block;
        const auto count = ::read(in, block.data(), block.size());
        if (count <= 0) {
            return count == 0;
        }
        text.append(block.data(), static_cast<std::size_t>(count));
    }
    return false;
}

int reap(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

} // namespace

outcome run_isolated(const check& subject) {
    if (kqueue_is_libkqueue && subject.libkqueue_differs != nullptr) {
        return skipped("libkqueue: {}", subject.libkqueue_differs);
    }
    int ends[2];
    if (::pipe(ends) != 0) {
        return judge(false, "pipe: {}", error_name(errno));
    }
    descriptor in{ends[0]};
    descriptor out{ends[1]};
    std::fflush(nullptr); // the child must not hold a copy of what was not yet written
    const pid_t child = ::fork();
    if (child < 0) {
        return judge(false, "fork: {}", error_name(errno));
    }
    if (child == 0) {
        in.close();
        run_and_tell(subject, out.get());
    }
    out.close();
    std::string text;
    const bool ended = read_to_end(in.get(), text);
    if (!ended) {
        ::kill(child, SIGKILL);
    }
    const int status = reap(child);
    if (!ended) {
        return stop_asked != 0 ? judge(false, "interrupted")
                               : judge(false, "no answer within {} ms", check_limit().count());
    }
    if (WIFSIGNALED(status) || text.empty()) {
        return judge(false, "the check's process died, status {:#x}", status);
    }
    return {static_cast<verdict>(text.front() - '0'), text.substr(1)};
}

void catch_signals() {
    set_handler(on_signal);
}

bool interrupted() {
    return stop_asked != 0;
}

} // namespace selftest

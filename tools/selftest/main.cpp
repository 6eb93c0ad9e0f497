// iapp-selftest: what the library assumes of the kernel, and what this kernel does.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "check.hpp"
#include "command_line/command_line.hpp"
#include "report.hpp"
#include "runner.hpp"
#include "waiting.hpp"

namespace selftest {

namespace {

struct options {
    bool json = false;
    bool list = false;
    std::vector<std::string> only;
};

// The checks to run, in the registry's order; all of them when no name was given.
std::vector<const check*> select(const std::vector<std::string>& names) {
    std::vector<const check*> chosen;
    for (const theme& group : registry()) {
        for (const check& subject : group) {
            if (names.empty() ||
                std::find(names.begin(), names.end(), subject.name) != names.end()) {
                chosen.push_back(&subject);
            }
        }
    }
    return chosen;
}

bool known(const std::string& name) {
    return !select({name}).empty();
}

double cpu_seconds(int who) {
    rusage used = {};
    ::getrusage(who, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

totals run_all(const std::vector<const check*>& subjects, const report& out) {
    const auto start = std::chrono::steady_clock::now();
    totals sums;
    for (const check* subject : subjects) {
        const outcome result = run_isolated(*subject);
        if (interrupted()) {
            break; // the check was cut short, so its result says nothing
        }
        sums.passed += result.result == verdict::pass;
        sums.failed += result.result == verdict::fail;
        sums.skipped += result.result == verdict::skip;
        out.found(*subject, result);
    }
    sums.interrupted = interrupted();
    sums.seconds = elapsed_ms(start) / 1000;
    sums.cpu_seconds = cpu_seconds(RUSAGE_SELF) + cpu_seconds(RUSAGE_CHILDREN);
    return sums;
}

int run(const options& asked) {
    for (const std::string& name : asked.only) {
        if (!known(name)) {
            fmt::print(stderr, "iapp-selftest: no check is named '{}': see --list\n", name);
            return 2;
        }
    }
    const std::vector<const check*> subjects = select(asked.only);
    const report out{asked.json, subjects};
    if (asked.list) {
        for (const check* subject : subjects) {
            out.listed(*subject);
        }
        return 0;
    }
    catch_signals();
    const totals sums = run_all(subjects, out);
    out.finish(sums);
    return sums.ok() ? 0 : 1;
}

} // namespace

} // namespace selftest

int main(int argc, char** argv) {
    selftest::options asked;
    bench::command_line line{
        "Compares what libiapp assumes of the kernel with what this kernel does.\n"
        "One line for each assumption: verdict, name, expected, seen. Exit status 0 when\n"
        "none failed. IAPP_TEST_SLOW=N multiplies the time limits on a slow machine.",
        "iapp-selftest"};
    line.flag("--json", asked.json, "One JSON object a line, the summary last");
    line.flag("--list", asked.list, "Name the checks, run none");
    line.texts("--only", asked.only, "Run this check; may be repeated", "NAME");
    if (const auto status = line.parse(argc, argv)) {
        return *status;
    }
    return selftest::run(asked);
}

// Runs scenarios by seeds: sim_scenarios [--scenario NAME] [--seed N] [--seeds K] [--hash]

#include "sim/scenario.hpp"

#include <iapp/mailbox/log.hpp>

#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>

namespace {

using namespace iapp;
using namespace iapp::test;

struct wanted {
    std::string_view scenario; // empty: all
    std::uint64_t seed = 1;
    std::uint64_t seeds = 1;
    bool hash = false; // print the event hash of each seed
};

void print_usage() {
    std::printf(
        "usage: sim_scenarios [--scenario NAME] [--seed N] [--seeds K] [--hash]\n"
        "Plays a scenario, or all, with the seeds N to N+K-1. Each seed is played twice, and\n"
        "must do the same. --hash prints what it did as one number.\nscenarios:");
    for (const scenario& each : scenarios()) {
        std::printf(" %.*s", static_cast<int>(each.name.size()), each.name.data());
    }
    std::printf("\n");
}

bool parse_number(const char* text, std::uint64_t& number) {
    const std::string_view all = text == nullptr ? "" : text;
    const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), number);
    return !all.empty() && error == std::errc{} && end == all.data() + all.size();
}

std::optional<wanted> parse(int argc, char** argv) {
    wanted w;
    for (int i = 1; i < argc; ++i) {
        const std::string_view flag = argv[i];
        const char* const value = i + 1 < argc ? argv[i + 1] : nullptr;
        if (flag == "--hash") {
            w.hash = true;
        } else if (flag == "--scenario" && value != nullptr) {
            w.scenario = argv[++i];
        } else if ((flag == "--seed" && parse_number(value, w.seed)) ||
                   (flag == "--seeds" && parse_number(value, w.seeds))) {
            ++i;
        } else {
            return std::nullopt;
        }
    }
    return w;
}

void print_replay(const scenario& which, std::uint64_t seed, const char* why) {
    const int length = static_cast<int>(which.name.size());
    std::printf("%.*s: %s\n  replay: sim_scenarios --scenario %.*s --seed %llu\n", length,
                which.name.data(), why, length, which.name.data(),
                static_cast<unsigned long long>(seed));
    std::fflush(stdout);
}

// False when a seed failed, or did something else the second time.
bool play_seeds(const scenario& which, const wanted& w) {
    double simulated = 0;
    std::uint64_t turns = 0;
    bool ok = true;
    for (std::uint64_t seed = w.seed; seed < w.seed + w.seeds; ++seed) {
        try {
            const outcome first = which.run({.seed = seed});
            const outcome second = which.run({.seed = seed});
            if (first.hash != second.hash) {
                print_replay(which, seed, "the same seed did two things");
                ok = false;
            }
            if (w.hash) {
                std::printf("%.*s %llu %016llx\n", static_cast<int>(which.name.size()),
                            which.name.data(), static_cast<unsigned long long>(seed),
                            static_cast<unsigned long long>(first.hash));
                std::fflush(stdout); // whoever waits sees how far a crash or a hang has come
            }
            simulated += first.seconds;
            turns += first.turns;
        } catch (const std::exception& failure) {
            print_replay(which, seed, failure.what());
            ok = false;
        }
    }
    std::printf("%.*s: seeds %llu to %llu, %.0f simulated seconds, %llu turns%s\n",
                static_cast<int>(which.name.size()), which.name.data(),
                static_cast<unsigned long long>(w.seed),
                static_cast<unsigned long long>(w.seed + w.seeds - 1), simulated,
                static_cast<unsigned long long>(turns), ok ? "" : ": FAILED");
    return ok;
}

} // namespace

int main(int argc, char** argv) {
    set_log_hook([](const log_record&) noexcept {}); // actors fail on purpose
    const std::optional<wanted> w = parse(argc, argv);
    if (!w) {
        print_usage();
        return 2;
    }
    bool known = false;
    bool ok = true;
    for (const scenario& each : scenarios()) {
        if (w->scenario.empty() || w->scenario == each.name) {
            known = true;
            ok = play_seeds(each, *w) && ok;
        }
    }
    if (!known) {
        print_usage();
        return 2;
    }
    return ok ? 0 : 1;
}

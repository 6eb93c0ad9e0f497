// Runs scenarios by seeds: sim_scenarios [--scenario NAME] [--seed N] [--seeds K] [--hash]
// [--faults]

#include "sim/scenario.hpp"

#include <iapp/mailbox/log.hpp>

#include <array>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>
#include <type_traits>

namespace {

using namespace iapp;
using namespace iapp::test;

using fault_names = std::remove_cvref_t<decltype(sim_fault_names())>;

struct wanted {
    std::string_view scenario; // empty: all
    std::uint64_t seed = 1;
    std::uint64_t seeds = 1;
    bool hash = false;   // print the event hash of each seed
    bool faults = false; // print how often each fault came about
};

void print_usage() {
    std::printf(
        "usage: sim_scenarios [--scenario NAME] [--seed N] [--seeds K] [--hash] [--faults]\n"
        "Plays a scenario, or all, with the seeds N to N+K-1. Each seed is played twice, and\n"
        "must do the same. --hash prints what it did as one number, --faults at the end how\n"
        "often each fault came about; one that never did is a failure.\nscenarios:");
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
        } else if (flag == "--faults") {
            w.faults = true;
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

// Several times what any scenario needs.
constexpr std::uint64_t memory_max_bytes = 64U << 20;

struct run {
    const scenario& which;
    std::uint64_t seed;
};

// Safe in a signal handler: of numbers and texts snprintf() makes text without allocating.
std::size_t say_replay(const void* of, std::span<char> into) noexcept {
    const run& what = *static_cast<const run*>(of);
    const std::string_view name = what.which.name;
    const int size = std::snprintf(
        into.data(), into.size(), "  replay: sim_scenarios --scenario %.*s --seed %llu\n",
        static_cast<int>(name.size()), name.data(), static_cast<unsigned long long>(what.seed));
    return static_cast<std::size_t>(size);
}

void print_replay(const run& what, const char* why) {
    const std::string_view name = what.which.name;
    std::array<char, os::last_words::text_max> replay;
    std::printf("%.*s: %s\n%.*s", static_cast<int>(name.size()), name.data(), why,
                static_cast<int>(say_replay(&what, replay)), replay.data());
    std::fflush(stdout);
}

// How often each fault came about, of all scenarios.
using fault_counts = std::array<std::uint64_t, std::tuple_size_v<fault_names>>;

void count(const sim_faults& faults, fault_counts& sums) {
    for (std::size_t i = 0; i < sums.size(); ++i) {
        sums[i] += faults.*sim_fault_names()[i].member;
    }
}

// False when one never did.
bool print_faults(const fault_counts& sums) {
    bool all = true;
    for (std::size_t i = 0; i < sums.size(); ++i) {
        std::printf("%12llu %s\n", static_cast<unsigned long long>(sums[i]),
                    sim_fault_names()[i].name);
        all = all && sums[i] > 0;
    }
    return all;
}

// False when a seed failed, or did something else the second time.
bool play_seeds(const scenario& which, const wanted& w, fault_counts& faults) {
    double simulated = 0;
    std::uint64_t turns = 0;
    bool ok = true;
    for (std::uint64_t seed = w.seed; seed < w.seed + w.seeds; ++seed) {
        const run what{which, seed};
        const os::last_words last{&say_replay, &what};
        try {
            const sim_world_options options{.seed = seed, .memory_max_bytes = memory_max_bytes};
            const outcome first = which.run(options);
            const outcome second = which.run(options);
            if (first.hash != second.hash) {
                print_replay(what, "the same seed did two things");
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
            count(first.faults, faults);
        } catch (const std::exception& failure) {
            print_replay(what, failure.what());
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
    fault_counts faults{};
    for (const scenario& each : scenarios()) {
        if (w->scenario.empty() || w->scenario == each.name) {
            known = true;
            ok = play_seeds(each, *w, faults) && ok;
        }
    }
    if (!known) {
        print_usage();
        return 2;
    }
    if (w->faults) {
        ok = print_faults(faults) && ok;
    }
    return ok ? 0 : 1;
}

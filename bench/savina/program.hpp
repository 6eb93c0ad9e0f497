#pragma once
// The main function of the Savina programs, of ours and of those on other libraries.

#include <cstdint>
#include <functional>
#include <string>

namespace savina {

struct problem {
    std::string name;       // of the program
    std::string library;    // name and version, the summary's engine
    std::uint64_t n = 0;    // without --n
    std::uint64_t each = 1; // what comes out is n times this,
    std::function<std::uint64_t(std::uint64_t n)> expected; // or what this says
};

// Reads --n and --workers (default 2), runs `solve` once, prints result, expected and seconds, and
// returns the exit status: 1 when the result is wrong. The time includes making and ending the
// library's threads.
int run_problem(const problem& about,
                const std::function<std::uint64_t(std::uint64_t n, unsigned workers)>& solve,
                int argc, char** argv);

} // namespace savina

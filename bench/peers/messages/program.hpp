#pragma once
// The main function of the message benchmarks on other libraries.

#include "messages/report.hpp"

#include <functional>
#include <map>
#include <string>

namespace peers {

// Runs a case once.
using message_case =
    std::function<bench::case_run(const bench::message_options&, const bench::processor_pair&)>;

// Offers the cases, runs the one that is asked for and prints its summary. `library` is the name
// and version of what the program is written with, given as the summary's engine. Returns the exit
// status.
int run_message_program(const std::string& program, const std::string& library,
                        const std::map<std::string, message_case>& cases, int argc, char** argv);

// How many messages of each producer may be under way: its part of the limit, at least two bursts.
unsigned window_of(unsigned producers);

} // namespace peers

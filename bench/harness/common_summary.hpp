#pragma once
// The fields that the summary of a program with a system has besides those of every summary.

#include "harness/options.hpp"
#include "harness/summary.hpp"

#include <iapp/actors/statistics.hpp>

namespace bench {

// Adds what a stopped system counted: messages, operations, what was left.
void add_system_fields(json_object& summary, const iapp::worker_statistics& system);

// True when nothing is left over: every operation ended, no socket and no buffer is out, every
// message was delivered or counted.
bool nothing_left(const iapp::worker_statistics& system);

} // namespace bench

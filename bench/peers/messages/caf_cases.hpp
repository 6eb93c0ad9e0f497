#pragma once
// The cases of caf_messages.

#include "messages/report.hpp"

namespace peers {

// flow and fan_in cross from one thread to the other, local does not.
bench::case_run caf_flow(const bench::message_options& options,
                         const bench::processor_pair& processors);
bench::case_run caf_round_trips(const bench::message_options& options,
                                const bench::processor_pair& processors);
bench::case_run caf_broadcast(const bench::message_options& options,
                              const bench::processor_pair& processors);

} // namespace peers

#pragma once
// What a case of the message benchmarks must come to, and its summary.

#include "harness/case_report.hpp"
#include "messages/options.hpp"

#include <string_view>

namespace bench {

case_settings settings_of(const message_options& options);

// What each run of the case must handle; its ns is 0.
case_run expected_of(const message_options& options);

// Of broadcast: what was published, and how often it was and should have been delivered.
void add_deliveries(json_object& summary, const message_options& options,
                    const case_figures& figures);

// A summary with all fields that the programs have in common.
json_object begin_message_summary(std::string_view program, std::string_view engine,
                                  const message_options& options, const case_figures& figures);

} // namespace bench

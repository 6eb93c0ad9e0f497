#include "peers/messages/program.hpp"

#include <algorithm>
#include <vector>

namespace peers {

int run_message_program(const std::string& program, const std::string& library,
                        const std::map<std::string, message_case>& cases, int argc, char** argv) {
    bench::message_options options;
    std::vector<std::string> names;
    for (const auto& [name, ignored] : cases) {
        names.push_back(name);
    }
    bench::command_line line{"Messages between threads with " + library, program};
    bench::add_message_flags(line, options, names);
    if (const auto status = line.parse(argc, argv)) {
        return *status;
    }
    if (options.count == 0) {
        options.count = bench::count_of(options.name);
    }
    const bench::processor_pair processors = bench::choose_processors();
    const message_case& chosen = cases.at(options.name);
    const bench::case_settings settings = bench::settings_of(options);
    const bench::case_figures figures =
        bench::measure_case(settings, processors, bench::expected_of(options),
                            [&] { return chosen(options, processors); });
    return bench::report_case(program, settings, figures,
                              bench::begin_message_summary(program, library, options, figures));
}

unsigned window_of(unsigned producers) {
    return std::max(2 * bench::burst_messages, bench::messages_under_way / producers);
}

} // namespace peers

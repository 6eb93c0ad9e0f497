#include "harness/options.hpp"

#include <iapp/reactor/engines.hpp>

#include <charconv>
#include <fmt/format.h>

namespace bench {

namespace {

struct number_and_unit {
    double number = 0;
    std::string unit;
};

std::optional<number_and_unit> split(const std::string& text) {
    number_and_unit parts;
    const char* end = text.data() + text.size();
    std::uint64_t whole = 0;
    const auto [after, error] = std::from_chars(text.data(), end, whole);
    if (error != std::errc{}) {
        return {};
    }
    parts.number = static_cast<double>(whole);
    const char* unit = after;
    if (after != end && *after == '.') { // a decimal fraction
        double scale = 0.1;
        for (unit = after + 1; unit != end && *unit >= '0' && *unit <= '9'; ++unit, scale /= 10) {
            parts.number += scale * (*unit - '0');
        }
    }
    parts.unit.assign(unit, end);
    return parts;
}

// Whether a build of the library has such an engine, be it on another system: to ask for one that
// is not available here is no wrong usage.
bool exists_somewhere(std::string_view engine) {
    return engine == "epoll" || engine == "io_uring" || engine == "kqueue" || engine == "poll";
}

template <class Value, class Parse>
CLI::Option* add_parsed(CLI::App& app, const std::string& name, Value& value,
                        const std::string& help, const std::string& type, Parse parse) {
    return app
        .add_option_function<std::string>(
            name,
            [&value, name, type, parse](const std::string& text) {
                const auto parsed = parse(text);
                if (!parsed) {
                    throw CLI::ValidationError(name, fmt::format("\"{}\" is not a {}", text, type));
                }
                value = *parsed;
            },
            help)
        ->type_name(type);
}

} // namespace

std::optional<std::uint64_t> parse_size(const std::string& text) {
    const std::optional<number_and_unit> parts = split(text);
    if (!parts) {
        return {};
    }
    constexpr double kilo = 1024;
    double factor = 1;
    if (parts->unit == "K" || parts->unit == "k" || parts->unit == "KiB") {
        factor = kilo;
    } else if (parts->unit == "M" || parts->unit == "MiB") {
        factor = kilo * kilo;
    } else if (parts->unit == "G" || parts->unit == "GiB") {
        factor = kilo * kilo * kilo;
    } else if (!parts->unit.empty()) {
        return {};
    }
    return static_cast<std::uint64_t>(parts->number * factor);
}

std::optional<std::chrono::nanoseconds> parse_time(const std::string& text) {
    const std::optional<number_and_unit> parts = split(text);
    if (!parts) {
        return {};
    }
    double factor = 1e9;
    if (parts->unit == "ms") {
        factor = 1e6;
    } else if (parts->unit == "m") {
        factor = 60e9;
    } else if (parts->unit != "s" && !parts->unit.empty()) {
        return {};
    }
    constexpr double longest = 9e18; // what nanoseconds can hold
    if (parts->number * factor > longest) {
        return {};
    }
    return std::chrono::nanoseconds{static_cast<std::int64_t>(parts->number * factor)};
}

CLI::Option* add_size(CLI::App& app, const std::string& name, std::uint64_t& value,
                      const std::string& help) {
    return add_parsed(app, name, value, help, "SIZE", parse_size);
}

CLI::Option* add_time(CLI::App& app, const std::string& name, std::chrono::nanoseconds& value,
                      const std::string& help) {
    return add_parsed(app, name, value, help, "TIME", parse_time);
}

void add_common(CLI::App& app, common_options& options) {
    app.set_version_flag("--version", app.get_name() + " " IAPP_VERSION);
    app.add_option("--workers", options.workers, "Worker threads, 1 to 62")
        ->check(CLI::Range(1U, iapp::system::workers_max))
        ->capture_default_str();
    app.add_option("--engine", options.engine,
                   "I/O engine; otherwise IAPP_ENGINE or the best one that works")
        ->check([](const std::string& name) {
            return exists_somewhere(name)
                       ? std::string{}
                       : fmt::format("\"{}\" is not an engine; this build has {}", name,
                                     fmt::join(iapp::engine_names(), ", "));
        });
    app.add_flag("--pin", options.pin, "Keep each worker on a processor of its own");
    app.add_flag("--json", options.json, "Print JSON objects, one a line, and nothing else");
    add_time(app, "--duration", options.duration, "How long to run (0: until a signal)");
    add_time(app, "--stats", options.stats, "Time between reports (0: none), default 1s");
}

std::optional<int> parse(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
        return {};
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? exit_ok : exit_usage;
    }
}

std::unique_ptr<iapp::system> make_system(const common_options& options, const std::string& name,
                                          std::uint32_t sockets_max, int& status) {
    iapp::system_options wanted;
    wanted.workers = options.workers;
    wanted.name = name;
    wanted.pin = options.pin;
    wanted.io.engine = options.engine;
    wanted.io.sockets_max = sockets_max;
    try {
        return std::make_unique<iapp::system>(wanted);
    } catch (const std::system_error& e) {
        fmt::print(stderr, "{}: {}\n", name, e.what());
        // An engine that does not exist is wrong usage also when the environment names it.
        const bool unknown = e.code() == std::errc::invalid_argument &&
                             !exists_somewhere(iapp::wanted_engine(options.engine));
        status = unknown ? exit_usage : exit_failed;
        return nullptr;
    }
}

} // namespace bench

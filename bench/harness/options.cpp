#include "harness/options.hpp"

#include <iapp/reactor/engines.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <map>
#include <vector>

namespace bench {

namespace {

// Whether a build of the library has such an engine, be it on another system: to ask for one that
// is not available here is no wrong usage.
bool exists_somewhere(std::string_view engine) {
    return engine == "epoll" || engine == "io_uring" || engine == "kqueue" || engine == "poll";
}

} // namespace

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
    const std::map<std::string, iapp::idle_policy::kind> idle{
        {"sleep", iapp::idle_policy::kind::sleep},
        {"spin", iapp::idle_policy::kind::spin},
        {"adaptive", iapp::idle_policy::kind::adaptive}};
    app.add_option_function<std::string>(
           "--idle", [&options, idle](const std::string& how) { options.idle.how = idle.at(how); },
           "What a worker without work does: sleep, spin for a while first, or spin only while "
           "that pays")
        ->check(CLI::IsMember(std::vector<std::string>{"sleep", "spin", "adaptive"}))
        ->default_str("adaptive");
    app.add_flag("--pin", options.pin, "Keep each worker on a processor of its own");
    app.add_flag("--json", options.json, "Print JSON objects, one a line, and nothing else");
    add_time(app, "--duration", options.duration, "How long to run (0: until a signal)");
    add_time(app, "--stats", options.stats, "Time between reports (0: none), default 1s");
}

std::unique_ptr<iapp::system> make_system(const common_options& options, const std::string& name,
                                          std::uint32_t sockets_max, int& status) {
    iapp::system_options wanted;
    wanted.workers = options.workers;
    wanted.name = name;
    wanted.pin = options.pin;
    wanted.idle = options.idle;
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

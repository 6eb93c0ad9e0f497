#include "harness/options.hpp"

#include <iapp/reactor/engines.hpp>

#include <fmt/format.h>

namespace bench {

namespace {

// Whether a build of the library has such an engine, be it on another system: to ask for one that
// is not available here is no wrong usage.
bool exists_somewhere(std::string_view engine) {
    return engine == "epoll" || engine == "io_uring" || engine == "kqueue" || engine == "poll";
}

} // namespace

void add_common(command_line& line, common_options& options) {
    using kind = iapp::idle_policy::kind;
    line.number("--workers", options.workers, "Worker threads, 1 to 62",
                {1, iapp::system::workers_max});
    line.text("--engine", options.engine,
              "I/O engine; otherwise IAPP_ENGINE or the best one that works",
              [](const std::string& name) {
                  return exists_somewhere(name)
                             ? std::string{}
                             : fmt::format("\"{}\" is not an engine; this build has {}", name,
                                           fmt::join(iapp::engine_names(), ", "));
              });
    line.choice("--idle", options.idle.how,
                "What a worker without work does: sleep, spin for a while first, or spin only "
                "while that pays",
                {{"sleep", kind::sleep}, {"spin", kind::spin}, {"adaptive", kind::adaptive}});
    line.flag("--pin", options.pin, "Keep each worker on a processor of its own");
    line.flag("--json", options.json, "Print JSON objects, one a line, and nothing else");
    line.time("--duration", options.duration, "How long to run (0: until a signal)");
    line.time("--stats", options.stats, "Time between reports (0: none), default 1s");
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

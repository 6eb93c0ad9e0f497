#include "raw.hpp"

#include <fmt/format.h>

#include <sys/resource.h>
#include <time.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace raw {

namespace {

// User and system time of the whole process.
double cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void add_common_flags(bench::command_line& line, options& o) {
    line.size("--io-size", o.io_size, "bytes asked of one read or write",
              {1, std::uint64_t{64} << 20});
    for (auto [name, value] : {std::pair{"--sndbuf", &o.sndbuf}, std::pair{"--rcvbuf", &o.rcvbuf}})
        line.size(name, *value, "socket buffer in bytes, 0 leaves the system's default",
                  {0, 1U << 30});
    // FreeBSD's timers take no longer one.
    line.time("--duration", o.duration, "ends after this time; 0 is until a signal",
              std::chrono::seconds{100'000'000});
    line.flag("--json", o.json, "prints only objects, one a line");
}

} // namespace

void die(int status, const std::string& message) {
    fmt::print(stderr, "{}\n", message);
    std::exit(status);
}

void die_of(const std::string& call, int error) {
    die(1, fmt::format("{}: {}", call, std::strerror(error)));
}

std::string error_name(int error) {
    switch (error) {
    case EMFILE:
        return "EMFILE";
    case ENFILE:
        return "ENFILE";
    case ENOBUFS:
        return "ENOBUFS";
    case ENOMEM:
        return "ENOMEM";
    case EPIPE:
        return "EPIPE";
    case ECONNRESET:
        return "ECONNRESET";
    case ECONNABORTED:
        return "ECONNABORTED";
    case ETIMEDOUT:
        return "ETIMEDOUT";
    default:
        return fmt::format("E{}", error);
    }
}

double monotonic_seconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void add_server_flags(bench::command_line& line, options& o) {
    add_common_flags(line, o);
    line.text("--listen", o.listen, "A:P or [V6]:P, port 0 picks one");
    line.number("--max-conns", o.max_conns, "connections open at once; more wait in the backlog",
                {1, 1U << 24});
}

void add_discard_flag(bench::command_line& line, options& o, const std::string& help) {
    line.choice("--discard", o.discard, help, {"copy", "trunc"});
}

void add_client_flags(bench::command_line& line, options& o,
                      const std::vector<std::string>& modes) {
    add_common_flags(line, o);
    line.text("--connect", o.connect, "A:P or [V6]:P");
    line.choice("--mode", o.mode, "", modes);
    line.number("--conns", o.conns, "", {1, 1U << 24});
    line.number("--depth", o.depth, "echo: requests under way on each connection", {1, 1024});
    line.size("--bytes", o.bytes, "in total; 0 is until --duration");
    line.number("--requests", o.requests, "echo: in total, instead of --bytes");
    line.excludes("--requests", "--bytes");
}

void check_client_flags(options& o) {
    if (o.requests > 0)
        o.bytes = o.requests * o.io_size;
    if (o.mode == "echo" && o.bytes % o.io_size != 0)
        die(2, "--bytes: not a multiple of --io-size, so not a number of requests");
}

void parse_or_exit(bench::command_line& line, int argc, char** argv) {
    if (const std::optional<int> status = line.parse(argc, argv))
        std::exit(*status);
}

void print_listening(const options& o, const std::string& address) {
    if (o.json)
        fmt::print("{{\"type\":\"listening\",\"address\":\"{}\"}}\n", address);
    else
        fmt::print("listening on {}\n", address);
    std::fflush(stdout);
}

// Prints the last line. `extra` holds further members, each starting with a comma, or nothing.
void print_summary(const options& o, const char* program, const char* engine, const totals& t,
                   double started, bool ok, const std::string& extra) {
    const double seconds = monotonic_seconds() - started;
    const double cpu = cpu_seconds();
    if (!o.json) {
        fmt::print("{}: {} bytes in, {} bytes out, {} connections closed ({} reset), {:.3f} s, "
                   "{:.3f} CPU s, {} system calls\n",
                   program, t.bytes_in, t.bytes_out, t.closed, t.reset, seconds, cpu, t.syscalls);
        for (const auto& [name, count] : t.errors)
            fmt::print("{}: {} × {}\n", program, name, count);
        return;
    }
    std::string errors;
    for (const auto& [name, count] : t.errors)
        errors += fmt::format("{}\"{}\":{}", errors.empty() ? "" : ",", name, count);
    fmt::print(
        "{{\"type\":\"summary\",\"program\":\"{}\",\"version\":\"{}\",\"engine\":\"{}\","
        "\"workers\":1,\"seconds\":{:.6f},\"cpu_seconds\":{:.6f},\"ok\":{},\"errors\":{{{}}},"
        "\"closed\":{},\"reset\":{},\"bytes_in\":{},\"bytes_out\":{},\"syscalls\":{}{}}}\n",
        program, IAPP_VERSION, engine, seconds, cpu, ok, errors, t.closed, t.reset, t.bytes_in,
        t.bytes_out, t.syscalls, extra);
    std::fflush(stdout);
}

void print_server_summary(const options& o, const char* program, const char* engine,
                          const totals& t, double started) {
    print_summary(
        o, program, engine, t, started, true,
        fmt::format(",\"accepted\":{},\"accept_pauses\":{}", t.accepted, t.accept_pauses));
}

} // namespace raw

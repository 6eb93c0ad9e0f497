#pragma once
// What the raw programs share that is not the work itself: flags, clocks, totals and the lines they
// print. Sockets are in raw_socket.hpp; the loops that are measured stand alone in the .cpp files.

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <sys/resource.h>
#include <time.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace raw {

// The flags of all raw programs, named as in srv and clt; a program offers those that it obeys.
struct options {
    std::string listen = "[::]:1667";
    std::string connect = "127.0.0.1:1667";
    std::string mode = "write";   // load client: write or echo
    std::string discard = "copy"; // sink: copy or trunc
    std::uint64_t io_size = 16384;
    std::uint64_t bytes = 0;    // load client: in total over all connections; 0 is no limit
    std::uint64_t requests = 0; // load client in echo mode: the same as bytes / io_size
    unsigned max_conns = 32768;
    unsigned conns = 1;
    unsigned depth = 1;
    int sndbuf = 0; // 0 leaves the system's default
    int rcvbuf = 0;
    double duration_s = 0; // 0 is until a signal
    bool json = false;
};

// What a run did. A system call is counted where it is made, so that figures need no tracer.
struct totals {
    std::uint64_t accepted = 0;
    std::uint64_t closed = 0;
    std::uint64_t reset = 0; // closed by an error instead of an end of stream; part of `closed`
    std::uint64_t accept_pauses = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t syscalls = 0;
    std::map<std::string, std::uint64_t> errors; // by errno name
};

// Ends the program with a message for people. Status 1 is a failure, 2 is wrong usage.
[[noreturn]] inline void die(int status, const std::string& message) {
    fmt::print(stderr, "{}\n", message);
    std::exit(status);
}

inline std::string error_name(int error) {
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

inline double monotonic_seconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// User and system time of the whole process.
inline double cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

// -- flags ----------------------------------------------------------------------------------------

inline void add_common_flags(CLI::App& app, options& o) {
    app.set_version_flag("--version", IAPP_VERSION);
    app.add_option("--io-size", o.io_size, "bytes asked of one read or write")
        ->transform(CLI::AsSizeValue(false))
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{64} << 20));
    for (auto [name, value] : {std::pair{"--sndbuf", &o.sndbuf}, std::pair{"--rcvbuf", &o.rcvbuf}})
        app.add_option(name, *value, "socket buffer in bytes, 0 leaves the system's default")
            ->transform(CLI::AsSizeValue(false))
            ->check(CLI::Range(0, 1 << 30));
    app.add_option("--duration", o.duration_s, "ends after this time; 0 is until a signal")
        ->transform(CLI::AsNumberWithUnit(
            std::map<std::string, double>{{"ms", 0.001}, {"s", 1.0}, {"m", 60.0}}))
        ->check(CLI::Range(0.0, 1e8));
    app.add_flag("--json", o.json, "prints only objects, one a line");
}

inline void add_server_flags(CLI::App& app, options& o) {
    add_common_flags(app, o);
    app.add_option("--listen", o.listen, "A:P or [V6]:P, port 0 picks one");
    app.add_option("--max-conns", o.max_conns, "connections open at once; more wait in the backlog")
        ->check(CLI::Range(1U, 1U << 24));
}

inline void add_client_flags(CLI::App& app, options& o, const std::vector<std::string>& modes) {
    add_common_flags(app, o);
    app.add_option("--connect", o.connect, "A:P or [V6]:P");
    app.add_option("--mode", o.mode)->check(CLI::IsMember(modes));
    app.add_option("--conns", o.conns)->check(CLI::Range(1U, 1U << 24));
    app.add_option("--depth", o.depth, "echo: requests under way on each connection")
        ->check(CLI::Range(1U, 1024U));
    auto* bytes = app.add_option("--bytes", o.bytes, "in total; 0 is until --duration")
                      ->transform(CLI::AsSizeValue(false));
    app.add_option("--requests", o.requests, "echo: in total, instead of --bytes")->excludes(bytes);
}

// Requests become bytes; a part of a request is wrong usage.
inline void check_client_flags(options& o) {
    if (o.requests > 0)
        o.bytes = o.requests * o.io_size;
    if (o.mode == "echo" && o.bytes % o.io_size != 0)
        die(2, "--bytes: not a multiple of --io-size, so not a number of requests");
}

// Parses or ends the program: --help and --version with 0, anything that is not understood with 2.
inline void parse_or_exit(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error) == 0 ? 0 : 2);
    }
}

// -- output ---------------------------------------------------------------------------------------

inline void print_listening(const options& o, const std::string& address) {
    if (o.json)
        fmt::print("{{\"type\":\"listening\",\"address\":\"{}\"}}\n", address);
    else
        fmt::print("listening on {}\n", address);
    std::fflush(stdout);
}

// Prints the last line. `extra` holds further members, each starting with a comma, or nothing.
inline void print_summary(const options& o, const char* program, const char* engine,
                          const totals& t, double started, bool ok, const std::string& extra) {
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

inline void print_server_summary(const options& o, const char* program, const char* engine,
                                 const totals& t, double started) {
    print_summary(
        o, program, engine, t, started, true,
        fmt::format(",\"accepted\":{},\"accept_pauses\":{}", t.accepted, t.accept_pauses));
}

} // namespace raw

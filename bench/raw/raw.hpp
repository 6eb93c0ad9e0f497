#pragma once
// What the raw programs share that is not the work itself: flags, clocks, totals and the lines they
// print. Sockets are in raw_socket.hpp; the loops that are measured stand alone in the .cpp files.

#include "command_line/command_line.hpp"

#include <chrono>
#include <cstdint>
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
    std::uint64_t sndbuf = 0; // 0 leaves the system's default
    std::uint64_t rcvbuf = 0;
    std::chrono::nanoseconds duration{0}; // 0 is until a signal
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
[[noreturn]] void die(int status, const std::string& message);
// The same with status 1, for a call that has failed with an errno.
[[noreturn]] void die_of(const std::string& call, int error);

std::string error_name(int error);

double monotonic_seconds();

// -- flags ----------------------------------------------------------------------------------------

void add_server_flags(bench::command_line& line, options& o);
void add_discard_flag(bench::command_line& line, options& o, const std::string& help);
void add_client_flags(bench::command_line& line, options& o, const std::vector<std::string>& modes);

// Requests become bytes; a part of a request is wrong usage.
void check_client_flags(options& o);

// Parses or ends the program: --help and --version with 0, anything that is not understood with 2.
void parse_or_exit(bench::command_line& line, int argc, char** argv);

// -- output ---------------------------------------------------------------------------------------

void print_listening(const options& o, const std::string& address);

// Prints the last line. `extra` holds further members, each starting with a comma, or nothing.
void print_summary(const options& o, const char* program, const char* engine, const totals& t,
                   double started, bool ok, const std::string& extra);

void print_server_summary(const options& o, const char* program, const char* engine,
                          const totals& t, double started);

} // namespace raw

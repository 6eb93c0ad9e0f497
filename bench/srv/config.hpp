#pragma once
// What srv was asked to do, and what each of its workers counts.

#include "harness/errors.hpp"
#include "harness/options.hpp"
#include "harness/socket_buffers.hpp"

#include <iapp/reactor/address.hpp>
#include <iapp/reactor/socket_options.hpp>

#include <chrono>
#include <cstdint>
#include <vector>

namespace srv {

enum class mode : std::uint8_t { sink, echo, source };

struct config {
    bench::common_options common;
    std::vector<iapp::address> listen;
    mode does = mode::sink;
    std::uint64_t io_size = 16 * 1024;
    std::uint32_t max_conns = 32'768;
    bench::socket_buffers buffers;
    std::chrono::nanoseconds drain{0}; // at the end, how long the clients may take to go
    bool share_port = false;           // with other processes
    bool discard_in_kernel = false;
    bool verify = false;
};

// Written by one worker; main reads copies of it while it runs and the thing itself afterwards.
struct worker_totals {
    std::uint64_t accepted = 0;
    std::uint64_t open = 0;
    std::uint64_t open_peak = 0; // of this worker's; of the program's it is not the sum
    std::uint64_t closed = 0;
    std::uint64_t reset = 0;   // part of closed: ended by an error
    std::uint64_t refused = 0; // closed at once, max_conns was reached
    std::uint64_t conns_without_bytes = 0;
    std::uint64_t verify_errors = 0;
    std::uint64_t bytes_in = 0;
    bench::error_counts errors;
};

} // namespace srv

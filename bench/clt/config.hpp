#pragma once
// What clt was asked to do, and what each of its workers counts.

#include "harness/errors.hpp"
#include "harness/histogram.hpp"
#include "harness/options.hpp"
#include "harness/socket_buffers.hpp"

#include <iapp/reactor/address.hpp>
#include <iapp/reactor/clock.hpp>

#include <chrono>
#include <cstdint>
#include <vector>

namespace clt {

enum class mode : std::uint8_t { write, echo, churn };

struct config {
    bench::common_options common;
    std::vector<iapp::address> connect; // taken in turn
    mode does = mode::write;
    std::uint32_t conns = 4096; // for each worker
    double rate = 128;          // new ones a second for each worker; 0: as fast as they complete
    std::uint64_t io_size = 16 * 1024;
    std::uint64_t depth = 1; // requests under way on a connection
    std::uint64_t bytes = 0; // in all; 0: until the end of --duration
    bench::socket_buffers buffers;
    bool verify = false;
    std::chrono::nanoseconds finish_max = std::chrono::seconds{30}; // see coordinator

    std::uint64_t all_conns() const noexcept { return std::uint64_t{conns} * common.workers; }
};

// Written by one worker; main reads copies of it while it runs and the thing itself afterwards.
struct worker_totals {
    std::uint64_t opening = 0;
    std::uint64_t opened = 0;
    std::uint64_t open = 0;
    std::uint64_t failed = 0; // never opened
    std::uint64_t closed = 0;
    std::uint64_t reset = 0; // part of closed: ended by an error
    std::uint64_t conns_without_bytes = 0;
    std::uint64_t requests = 0;
    std::uint64_t verify_errors = 0;
    std::uint64_t bytes_in = 0;
    iapp::time_point begun;    // when the first connection was begun
    iapp::time_point all_open; // when the last one opened; the origin if they never all did
    bench::error_counts errors;
    bench::histogram latency;
};

} // namespace clt

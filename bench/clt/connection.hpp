#pragma once
// The actors at the client's end of a connection, written with the public API alone.

#include "clt/config.hpp"
#include "harness/open_count.hpp"

#include <iapp/actors/context_templates.hpp>

#include <cstdint>
#include <vector>

namespace clt {

// Write what is under way, then end in order: half-close, and wait for the server to close.
struct finish {};

// A connection has ended, or never began; sent to the dialer.
struct ended {
    std::uint64_t number = 0; // which one it was
    std::error_code why;
};

// What connections of one worker share; outlives them.
struct worker_state {
    const config& wanted;
    worker_totals& totals;
    bench::open_count& open; // of all workers
    iapp::buffer pattern;    // what they send; io_size bytes from any place of its period
    bool finishing = false;
};

// So many bytes mean: until told to finish.
inline constexpr std::uint64_t no_limit = UINT64_MAX;

// What a connection was given by its dialer.
struct assignment {
    std::uint64_t number = 0;
    iapp::address to;
    std::uint64_t bytes = no_limit; // to send
    iapp::ref<ended> dialer;
};

// Connects, and counts a connection from its beginning to its end, however it ends.
class session {
  public:
    session(iapp::context& cx, worker_state& of, const assignment& given);
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    iapp::stream& stream() noexcept { return stream_; }

    worker_state& worker() noexcept { return of_; }

    void opened();

    bool is_open() const noexcept { return open_; }

    void received(const iapp::bytes& what);
    void over(const iapp::closed& what);

    // How much of `wanted_bytes` may still be sent under --bytes.
    std::uint64_t left_to_send(std::uint64_t wanted_bytes) const noexcept;
    // Sends that many bytes of the pattern; false when they were not taken.
    bool send(std::uint64_t bytes);

    std::uint64_t sent() const noexcept { return sent_; }

    std::uint64_t received_bytes() const noexcept { return received_; }

    bool finished_sending() const noexcept { return sent_ >= limit_; }

  private:
    iapp::context& cx_;
    worker_state& of_;
    std::uint64_t number_;
    std::uint64_t limit_;
    iapp::ref<ended> dialer_;
    iapp::stream stream_;
    bool open_ = false;
    std::error_code why_;
    bool intact_ = true; // as far as verified
    std::uint64_t sent_ = 0;
    std::uint64_t received_ = 0;
};

// Sends for as long as the server takes it.
class writer {
  public:
    using accepts =
        iapp::messages<iapp::connected, iapp::bytes, iapp::drained, iapp::closed, finish>;

    writer(iapp::context& cx, worker_state& of, const assignment& given);
    void on(iapp::connected);

    void on(const iapp::bytes& m) { session_.received(m); }

    void on(iapp::drained) { send_more(); }

    void on(const iapp::closed& m);

    void on(finish);

  private:
    void send_more();

    session session_;
};

// Sends requests of io_size bytes, `depth` at a time, and times until each has come back whole.
// With churn: one request, then it closes. A server that closes in order without having answered
// all requests counts as reset, with the error ECONNABORTED.
class requester {
  public:
    using accepts = iapp::messages<iapp::connected, iapp::bytes, iapp::closed, finish>;

    requester(iapp::context& cx, worker_state& of, const assignment& given);
    void on(iapp::connected);
    void on(const iapp::bytes& m);
    void on(const iapp::closed& m);
    void on(finish);

  private:
    void send_request();
    void finish_when_idle();

    bool idle() const noexcept { return answered_ == requests_sent_; }

    iapp::context& cx_;
    session session_;
    std::uint64_t requests_max_;
    std::uint64_t requests_sent_ = 0;
    std::uint64_t answered_ = 0;
    std::vector<iapp::time_point> started_; // by request modulo depth
    bool finishing_ = false;
};

} // namespace clt

#pragma once
// The actors at the server's end of a connection, written with the public API alone.

#include "harness/open_count.hpp"
#include "srv/admission.hpp"
#include "srv/config.hpp"

#include <iapp/actors/context_templates.hpp>

#include <cstdint>

namespace srv {

// What connections of one worker share; outlives them.
struct worker_state {
    const config& wanted;
    worker_totals& totals;
    bench::open_count& open; // of all workers
    places admitted;
    iapp::buffer pattern; // what a source sends
};

// Counts a connection from its beginning to its end, however it ends.
class session {
  public:
    explicit session(worker_state& of);
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    void received(const iapp::bytes& what);
    void ended(const iapp::closed& what);

  private:
    worker_state& of_;
    std::uint64_t bytes_in_ = 0;
    bool intact_ = true; // as far as verified
};

// Reads and forgets.
class sink {
  public:
    using accepts = iapp::messages<iapp::bytes, iapp::closed>;

    sink(iapp::context& cx, iapp::stream connection, worker_state& of);

    void on(const iapp::bytes& m) { session_.received(m); }

    void on(const iapp::closed& m);

  private:
    iapp::context& cx_;
    session session_;
    iapp::stream stream_;
};

// Sends back what comes; reads no more while the peer does not read.
class echo {
  public:
    using accepts = iapp::messages<iapp::bytes, iapp::drained, iapp::closed>;

    echo(iapp::context& cx, iapp::stream connection, worker_state& of);
    void on(iapp::bytes m);

    void on(iapp::drained) { stream_.resume(); }

    void on(const iapp::closed& m);

  private:
    iapp::context& cx_;
    session session_;
    iapp::stream stream_;
};

// Sends for as long as the peer takes it.
class source {
  public:
    using accepts = iapp::messages<iapp::bytes, iapp::drained, iapp::closed>;

    source(iapp::context& cx, iapp::stream connection, worker_state& of);

    void on(const iapp::bytes& m) { session_.received(m); }

    void on(iapp::drained) { send_more(); }

    void on(const iapp::closed& m);

  private:
    void send_more();

    iapp::context& cx_;
    worker_state& of_;
    session session_;
    iapp::stream stream_;
    std::uint64_t sent_ = 0;
};

} // namespace srv

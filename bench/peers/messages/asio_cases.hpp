#pragma once
// The cases of asio_messages and the event loop that all of them use.

#include "messages/report.hpp"

#include <boost/asio.hpp>

#include <chrono>

namespace peers {

// A thread's event loop as a network program has it: with a live reactor (a timer that is far away
// stands for its sockets), and running until stop().
class asio_loop {
  public:
    // `concurrency_hint` 1 is for a loop that one thread runs and others post to;
    // BOOST_ASIO_CONCURRENCY_HINT_UNSAFE, without locks, for one that nobody else knows.
    explicit asio_loop(int concurrency_hint = 1)
        : context_{concurrency_hint}, far_away_{context_, std::chrono::hours{24}} {
        far_away_.async_wait([](boost::system::error_code) {});
    }

    boost::asio::io_context& context() { return context_; }

    // Sleeps when there is nothing to do.
    void run() { context_.run(); }

    // Never sleeps.
    void spin() {
        while (!context_.stopped()) {
            context_.poll();
        }
    }

    // Its thread.
    void stop() { context_.stop(); }

    template <class Handler>
    void post(Handler&& handler) {
        boost::asio::post(context_, std::forward<Handler>(handler));
    }

  private:
    boost::asio::io_context context_;
    boost::asio::steady_timer far_away_;
};

// flow and fan_in cross from one thread to the other, local does not.
bench::case_run asio_flow(const bench::message_options& options,
                          const bench::processor_pair& processors);
// wake sleeps, spin does not.
bench::case_run asio_round_trips(const bench::message_options& options,
                                 const bench::processor_pair& processors);
bench::case_run asio_broadcast(const bench::message_options& options,
                               const bench::processor_pair& processors);

} // namespace peers

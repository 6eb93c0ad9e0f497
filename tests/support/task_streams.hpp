#pragma once
// Two ends of a connection for tests of tasks.

#include "support/tasks.hpp"

#include <iapp/actors/task_streams.hpp>
#include <iapp/actors/tcp.hpp>

#include <functional>
#include <string>

namespace iapp::test {

// Connects to itself by a task, and then runs tasks of the test with both ends.
class both_ends {
  public:
    using accepts = messages<accepted, closed, quit>;

    both_ends(context& cx_, const address& at) : cx{cx_} {
        result<listener> made = cx.listen(at);
        REQUIRE(made);
        listener_ = std::move(*made);
        REQUIRE(cx.run(&both_ends::join, this));
    }

    void on(accepted what) { server = std::move(what.connection); }

    void on(const closed&) {}

    void on(quit) { cx.stop(); }

    ref<quit> self() { return cx.self(*this); }

    template <class F, class... Args>
    bool run(F function, Args&&... args) {
        return cx.run(function, std::ref(*this), std::forward<Args>(args)...);
    }

    buffer copy(std::string_view text) { return cx.buffers().copy(text); }

    void note(std::string what) { seen.push_back(std::move(what)); }

    // What went wrong, in a word.
    void note(std::error_code why) {
        const std::pair<std::errc, const char*> words[] = {
            {std::errc::timed_out, "timed out"},
            {std::errc::operation_canceled, "cancelled"},
            {std::errc::connection_reset, "reset"},
            {std::errc::connection_refused, "refused"},
            {std::errc::connection_aborted, "aborted"},
            {std::errc::not_connected, "not connected"},
            {std::errc::broken_pipe, "broken pipe"}};
        for (const auto& [code, word] : words) {
            if (why == code) {
                return note(word);
            }
        }
        note(why.message());
    }

    bool joined() const { return client.open() && server.open(); }

    context& cx;
    journal seen;
    stream client;
    stream server;

  private:
    task<> join() {
        client = co_await tcp::connect(cx, *listener_.local_address(), std::chrono::seconds{10});
    }

    listener listener_;
};

// A worker with such an actor, whose ends are connected.
class connected_worker {
  public:
    explicit connected_worker(const address& at = *address::parse("127.0.0.1:0"))
        : actor{worker.spawn<both_ends>(at)} {
        run_until("both ends are connected", [this] { return actor.joined(); });
    }

    ~connected_worker() {
        worker.end();
        CHECK(worker.loop().io().records() == 0);
        CHECK(worker.loop().io().buffers().outstanding() == 0);
    }

    connected_worker(const connected_worker&) = delete;
    connected_worker& operator=(const connected_worker&) = delete;

    // Turns until `done`; the test fails with `what` when that never happens.
    void run_until(const char* what, const std::function<bool()>& done) {
        const auto limit = std::chrono::steady_clock::now() + patience();
        while (!done()) {
            REQUIRE_MESSAGE(std::chrono::steady_clock::now() < limit, what);
            worker.turn();
        }
    }

    // Runs until the tasks have noted so many things.
    journal& seen(std::size_t count) {
        run_until("what the tasks should note", [&] { return actor.seen.size() >= count; });
        return actor.seen;
    }

    // A chance for what must not happen.
    void settle() {
        for (int i = 0; i < 50; ++i) {
            worker.loop().turn(worker.loop().io().now() + std::chrono::milliseconds{1});
        }
    }

    // Runs until no byte moves any more: sockets that nobody reads take some, then more, then none.
    void come_to_rest() {
        const io_counters& counted = worker.loop().io().counters();
        const auto moved = [&] { return counted.bytes_in + counted.bytes_out; };
        std::uint64_t before = 0;
        do {
            before = moved();
            settle();
        } while (moved() != before);
    }

    stepped_worker worker;
    both_ends& actor; // dangling once it has ended
};

} // namespace iapp::test

// Flow control from a full socket back to its source, on every engine.

#include "support/actors.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <string>

using namespace iapp;
using namespace iapp::test;

namespace back_pressure_test {

namespace {

constexpr std::uint32_t credits = 16;
constexpr std::size_t chunk_bytes = 16 * 1024;
constexpr int chunks = 2000; // far more than all the buffers of two sockets hold

char letter_of(std::size_t chunk) {
    return static_cast<char>('a' + chunk % 26);
}

struct chunk {
    int number = 0;
};

struct where {
    using reply = address;
};

struct begin {};

struct more {};

// What the test may see while it goes on.
struct progress {
    std::atomic<int> sent{0};
    std::atomic<std::uint32_t> most_outstanding{0};
    std::atomic<bool> out_of_credits{false};
    std::atomic<bool> full{false};
    std::atomic<int> refused{0};
    std::atomic<std::size_t> received{0};
    std::atomic<bool> in_order{true};
};

// The peer: does not read before it is told to begin.
class reader {
  public:
    using accepts = messages<accepted, bytes, where, begin>;

    reader(context& cx, progress* seen) : cx_{cx}, seen_{seen} {
        result<listener> made = cx.listen(*address::parse("127.0.0.1:0"));
        if (!made) {
            throw std::system_error(made.error());
        }
        door_ = std::move(*made);
    }

    void on(accepted&& what) { s_ = std::move(what.connection); }

    address on(where) { return *door_.local_address(); }

    void on(begin) { cx_.start(s_); }

    void on(bytes&& what) {
        std::size_t at = seen_->received;
        for (const char c : what.data.text()) {
            if (c != letter_of(at++ / chunk_bytes)) {
                seen_->in_order = false;
            }
        }
        seen_->received = at;
    }

  private:
    context& cx_;
    progress* seen_;
    listener door_;
    stream s_;
};

// Writes what it is sent. What comes while the socket is full waits here: at most one message for
// each credit, since it gives none back meanwhile.
class writer {
  public:
    using accepts = messages<connected, drained, bytes, closed, chunk>;

    writer(context& cx, address to, progress* seen) : cx_{cx}, seen_{seen} {
        result<stream> made = cx.connect(to);
        if (!made) {
            throw std::system_error(made.error());
        }
        s_ = std::move(*made);
        cx_.start(s_);
    }

    void on(chunk what) {
        waiting_.push_back(what);
        if (!full_) {
            write();
        }
    }

    void on(drained) {
        full_ = false;
        write();
        if (!full_) {
            seen_->full = false;
            cx_.grant_credits();
        }
    }

    void on(connected) {}

    void on(bytes&&) {}

    void on(const closed&) {}

  private:
    void write() {
        for (; !full_ && !waiting_.empty(); waiting_.pop_front()) {
            const auto number = static_cast<std::size_t>(waiting_.front().number);
            const write_status status =
                s_.write(cx_.buffers().copy(std::string(chunk_bytes, letter_of(number))));
            seen_->refused += status == write_status::refused ? 1 : 0;
            full_ = status != write_status::ok;
        }
        if (full_) {
            cx_.withhold_credits();
            seen_->full = true;
        }
    }

    context& cx_;
    progress* seen_;
    stream s_;
    std::deque<chunk> waiting_;
    bool full_ = false;
};

// Sends as fast as it may, on another worker.
class producer {
  public:
    using accepts = messages<more>;

    producer(context& cx, const ref<chunk>& to, progress* seen)
        : cx_{cx}, seen_{seen}, line_{cx.credit(to, credits)} {
        on(more{});
    }

    void on(more) {
        while (seen_->sent < chunks && line_.try_send(chunk{seen_->sent})) {
            ++seen_->sent;
            seen_->most_outstanding = std::max(seen_->most_outstanding.load(), line_.outstanding());
        }
        seen_->out_of_credits = line_.available() == 0;
        if (seen_->sent < chunks) {
            line_.when_available(cx_, more{});
        }
    }

  private:
    context& cx_;
    progress* seen_;
    credit_line<chunk> line_;
};

} // namespace

TEST_CASE(
    "a full socket stops whoever feeds it from another worker, and nothing is refused or lost") {
    progress seen;
    checked_system sys{{.workers = 2}};
    const auto peer = sys->spawn<reader>({.on = {0}}, &seen);
    const address at = sys.ask<where>(peer);
    const auto to = sys->spawn<writer>({.on = {0}}, at, &seen);
    sys->spawn<producer>({.on = {1}}, ref<chunk>{to}, &seen);

    CHECK(eventually([&] { return seen.full && seen.out_of_credits; }));
    CHECK(seen.sent < chunks);
    CHECK(seen.received == 0);
    peer.send(begin{});
    CHECK(eventually([&] { return seen.received == chunks * chunk_bytes; }));
    CHECK(seen.sent == chunks);
    CHECK(seen.in_order);
    CHECK(seen.most_outstanding == credits);
    CHECK(seen.refused == 0);
    const worker_statistics last = sys.stop();
    CHECK(dead_letters(last) == 0);
}

} // namespace back_pressure_test

// What the io_uring engine relies on: multishot operations, rings of buffers, cancellation, wakes.

#include "check.hpp"
#include "sockets.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>

#include <liburing.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace selftest {

namespace {

constexpr unsigned buffer_count = 4;
constexpr unsigned buffer_bytes = 8;

struct completion {
    bool there = false;
    int result = 0;
    unsigned flags = 0;
    std::uint64_t key = 0;

    bool more() const { return (flags & IORING_CQE_F_MORE) != 0; }

    unsigned buffer() const { return flags >> IORING_CQE_BUFFER_SHIFT; }
};

// A ring as the engine sets it up, and four buffers of eight bytes.
class test_ring {
  public:
    explicit test_ring(unsigned completions = 64) {
        io_uring_params params{};
        params.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER |
                       IORING_SETUP_DEFER_TASKRUN;
        params.cq_entries = completions;
        must_not(io_uring_queue_init_params(8, &ring_, &params), "io_uring_setup");
        features_ = params.features;
    }

    ~test_ring() { io_uring_queue_exit(&ring_); }

    test_ring(const test_ring&) = delete;
    test_ring& operator=(const test_ring&) = delete;

    void add_buffers() {
        io_uring_buf_reg wanted{};
        wanted.ring_addr = reinterpret_cast<std::uint64_t>(&entries_);
        wanted.ring_entries = buffer_count;
        must_not(io_uring_register_buf_ring(&ring_, &wanted, 0), "a ring of buffers");
        for (unsigned i = 0; i < buffer_count; ++i) {
            give_back(i);
        }
    }

    void give_back(unsigned number) {
        // By hand: compilers warn of the library's own way, whose array has no length.
        io_uring_buf& slot = entries_.slots[added_++ % buffer_count];
        slot.addr = reinterpret_cast<std::uint64_t>(memory_ + number * buffer_bytes);
        slot.len = buffer_bytes;
        slot.bid = static_cast<std::uint16_t>(number);
        io_uring_smp_store_release(&entries_.slots[0].resv, static_cast<std::uint16_t>(added_));
    }

    io_uring_sqe* entry() { return io_uring_get_sqe(&ring_); }

    void receive(int fd, std::uint64_t key) {
        io_uring_sqe* e = entry();
        io_uring_prep_recv_multishot(e, fd, nullptr, 0, 0);
        e->flags |= IOSQE_BUFFER_SELECT;
        e->buf_group = 0;
        e->user_data = key;
        io_uring_submit_and_get_events(&ring_);
    }

    void submit() { io_uring_submit_and_get_events(&ring_); }

    // The next completion, waited for at most `limit`.
    completion next(milliseconds limit = patience()) {
        __kernel_timespec time{.tv_sec = limit.count() / 1000,
                               .tv_nsec = (limit.count() % 1000) * 1'000'000};
        io_uring_cqe* seen = nullptr;
        io_uring_submit_and_wait_timeout(&ring_, &seen, 1, &time, nullptr);
        if (io_uring_peek_cqe(&ring_, &seen) != 0) {
            return {};
        }
        const completion one{true, seen->res, seen->flags, seen->user_data};
        io_uring_cqe_seen(&ring_, seen);
        return one;
    }

    const char* memory(unsigned number) const { return memory_ + number * buffer_bytes; }

    unsigned features() const { return features_; }

  private:
    static void must_not(int negated, const char* what) {
        if (negated < 0) {
            throw setup_failed{std::string{what} + ": " + error_name(-negated)};
        }
    }

    struct alignas(4096) page {
        io_uring_buf slots[4096 / sizeof(io_uring_buf)]; // the first one's resv is the ring's tail
    };

    io_uring ring_{};
    unsigned features_ = 0;
    page entries_{};
    unsigned added_ = 0;
    char memory_[buffer_count * buffer_bytes] = {};
};

outcome set_up() {
    io_uring_params params{};
    io_uring ring{};
    params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    const int refused = io_uring_queue_init_params(8, &ring, &params);
    if (refused == 0) {
        io_uring_queue_exit(&ring);
        return judge(true, "yes");
    }
    return skipped("{}", error_name(-refused));
}

bool is_missing() {
    return set_up().result != verdict::pass;
}

outcome features() {
    if (is_missing()) {
        return skipped("no io_uring");
    }
    const test_ring ring;
    const unsigned wanted = IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE | IORING_FEAT_EXT_ARG |
                            IORING_FEAT_FAST_POLL | IORING_FEAT_CQE_SKIP;
    return judge((ring.features() & wanted) == wanted, "{:#x}", ring.features());
}

// Begun once, filled again and again; without a buffer it ends, and the bytes stay.
outcome multishot_receive() {
    if (is_missing()) {
        return skipped("no io_uring");
    }
    const stream_pair pair = tcp_pair();
    test_ring ring;
    ring.add_buffers();
    ring.receive(pair.server.get(), 7);
    std::string got;
    for (const char* text : {"one", "two", "three"}) {
        send_text(pair.client.get(), text);
        const completion one = ring.next();
        if (!one.there || one.result <= 0 || !one.more() || one.key != 7) {
            return judge(false, "after \"{}\": result {}, flags {:#x}", got, one.result, one.flags);
        }
        got.append(ring.memory(one.buffer()), static_cast<std::size_t>(one.result));
        ring.give_back(one.buffer());
    }
    return judge(got == "onetwothree", "\"{}\"", got);
}

outcome empty_buffer_ring() {
    if (is_missing()) {
        return skipped("no io_uring");
    }
    const stream_pair pair = tcp_pair();
    test_ring ring;
    ring.add_buffers();
    ring.receive(pair.server.get(), 7);
    send_text(pair.client.get(), std::string(buffer_count * buffer_bytes + 5, 'x'));
    unsigned items = 0;
    completion one = ring.next();
    for (; one.there && one.result > 0; one = ring.next()) {
        ++items;
    }
    const drained left = drain(pair.server.get());
    return judge(items == buffer_count && one.result == -ENOBUFS && !one.more() && left.bytes == 5,
                 "{} items, then {}, {} bytes left", items, error_name(-one.result), left.bytes);
}

outcome late_end() {
    if (is_missing()) {
        return skipped("no io_uring");
    }
    stream_pair pair = tcp_pair();
    test_ring ring;
    ring.add_buffers();
    ring.receive(pair.server.get(), 7);
    send_text(pair.client.get(), "x");
    reset(pair.client);
    const completion bytes = ring.next();
    const completion end = ring.next(quiet());
    if (!end.there) {
        return skipped("{}, then nothing", bytes.result);
    }
    return judge(bytes.result == 1 && end.result == -ECONNRESET, "{}, then {}", bytes.result,
                 error_name(-end.result));
}

outcome cancel() {
    if (is_missing()) {
        return skipped("no io_uring");
    }
    const stream_pair pair = tcp_pair();
    test_ring ring;
    ring.add_buffers();
    ring.receive(pair.server.get(), 7);
    io_uring_sqe* e = ring.entry();
    io_uring_prep_cancel64(e, 7, 0);
    e->flags |= IOSQE_CQE_SKIP_SUCCESS;
    e->user_data = 8;
    const completion canceled = ring.next();
    const completion other = ring.next(quiet());
    return judge(canceled.key == 7 && canceled.result == -ECANCELED && !canceled.more() &&
                     !other.there,
                 "{} of {}, then {}", error_name(-canceled.result), canceled.key,
                 other.there ? "another" : "nothing");
}

outcome late_cancel() {
    if (is_missing()) {
        return skipped("no io_uring");
    }
    test_ring ring;
    io_uring_sqe* e = ring.entry();
    io_uring_prep_cancel64(e, 7, 0);
    e->flags |= IOSQE_CQE_SKIP_SUCCESS;
    e->user_data = 8;
    const completion none = ring.next();
    return judge(none.key == 8 && none.result == -ENOENT, "{}", error_name(-none.result));
}

outcome multishot_accept() {
    if (is_missing()) {
        return skipped("no io_uring");
    }
    const tcp_listener listener = listen_tcp();
    test_ring ring;
    io_uring_sqe* e = ring.entry();
    io_uring_prep_multishot_accept(e, listener.socket.get(), nullptr, nullptr, SOCK_CLOEXEC);
    e->user_data = 7;
    ring.submit();
    unsigned accepted = 0;
    for (int i = 0; i < 3; ++i) {
        const descriptor client = connected_client(listener);
        const completion one = ring.next();
        const descriptor connection{one.there ? one.result : -1};
        accepted += one.there && one.result >= 0 && one.more();
    }
    return judge(accepted == 3, "{} of 3", accepted);
}

outcome wake() {
    if (is_missing()) {
        return skipped("no io_uring");
    }
    constexpr int rounds = 100;
    const descriptor bell{must(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")};
    must(::eventfd_write(bell.get(), 1), "eventfd_write"); // before the ring knows it
    test_ring ring;
    io_uring_sqe* e = ring.entry();
    io_uring_prep_poll_multishot(e, bell.get(), POLLIN);
    e->user_data = 7;
    int woken = ring.next().there ? 1 : 0;
    for (int round = 1; round < rounds; ++round) {
        must(::eventfd_write(bell.get(), 1), "eventfd_write");
        woken += ring.next().more();
    }
    const bool quiet_after = !ring.next(quiet()).there;
    return judge(woken == rounds && quiet_after, "{} of {} writes woke{}", woken, rounds,
                 quiet_after ? "" : ", and one more");
}

outcome overrun() {
    if (is_missing()) {
        return skipped("no io_uring");
    }
    constexpr unsigned rounds = 8;
    test_ring ring{8};
    unsigned submitted = 0;
    for (unsigned round = 0; round < rounds; ++round) {
        for (unsigned i = 0; i < 8; ++i) {
            io_uring_sqe* e = ring.entry();
            io_uring_prep_nop(e);
            e->user_data = submitted++;
        }
        ring.submit();
    }
    unsigned in_order = 0;
    for (completion one = ring.next(); one.there && one.key == in_order; one = ring.next(quiet())) {
        ++in_order;
    }
    return judge(in_order == submitted, "{} of {} in order", in_order, submitted);
}

constexpr const char* missing_advice = "The library uses epoll instead.";
constexpr const char* receive_advice = "Connections would hang; use --engine epoll.";

constexpr check checks[] = {
    {"io_uring.set_up", "single issuer, deferred task running (Linux 6.1)", missing_advice, set_up},
    {"io_uring.features", "nothing dropped, stable submissions, timed waits", missing_advice,
     features},
    {"io_uring.receive", "a multishot receive fills buffer after buffer", receive_advice,
     multishot_receive},
    {"io_uring.no_buffer", "without a buffer it ends by ENOBUFS, bytes stay", receive_advice,
     empty_buffer_ring},
    {"io_uring.late_end", "bytes and a reset at once: both are told",
     "The library sees it at its start and uses epoll instead.", late_end},
    {"io_uring.cancel", "one last completion, ECANCELED", "Closing would hang.", cancel},
    {"io_uring.late_cancel", "ENOENT, although success is silent", "Closing would hang.",
     late_cancel},
    {"io_uring.accept", "a multishot accept goes on", "Clients would wait.", multishot_accept},
    {"io_uring.wake", "each eventfd write is a completion, without reading",
     "A worker's doorbell is polled by the ring: messages would wait.", wake},
    {"io_uring.overrun", "a full completion queue loses nothing", "Operations would hang.",
     overrun},
};

} // namespace

theme io_uring_checks() {
    return checks;
}

} // namespace selftest

#pragma once
// What the raw programs on io_uring share: a ring with one ring of buffers. Everything that happens
// once a run; the loops that are measured stand alone in the .cpp files.

#include "raw_socket.hpp"

#include <liburing.h>
#include <poll.h>
#include <sys/mman.h>

namespace raw {

class ring {
  public:
    // Buffers of io_size bytes, `count` of them (a power of two), for group 0.
    ring(std::size_t io_size, unsigned count) : io_size_{io_size}, count_{count} {
        io_uring_params params{};
        params.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER |
                       IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL;
        params.cq_entries = 16384;
        if (const int refused = io_uring_queue_init_params(4096, &ring_, &params))
            die_of("io_uring", -refused);
        entries_ = static_cast<io_uring_buf_ring*>(map(count * sizeof(io_uring_buf)));
        memory_ = static_cast<char*>(map(count * io_size));
        io_uring_buf_reg wanted{};
        wanted.ring_addr = reinterpret_cast<std::uint64_t>(entries_);
        wanted.ring_entries = count;
        if (const int refused = io_uring_register_buf_ring(&ring_, &wanted, 0))
            die_of("a ring of buffers", -refused);
        for (unsigned id = 0; id < count; ++id)
            give_back(id);
        publish();
    }

    ring(const ring&) = delete;
    ring& operator=(const ring&) = delete;

    ~ring() { io_uring_queue_exit(&ring_); }

    char* buffer(unsigned id) const { return memory_ + id * io_size_; }

    // The buffer may be filled again, once publish() was called.
    void give_back(unsigned id) {
        io_uring_buf_ring_add(entries_, buffer(id), static_cast<unsigned>(io_size_),
                              static_cast<unsigned short>(id), static_cast<int>(count_ - 1),
                              static_cast<int>(added_++));
    }

    void publish() {
        if (added_ > 0)
            io_uring_buf_ring_advance(entries_, static_cast<int>(added_));
        added_ = 0;
    }

    io_uring_sqe* entry() {
        io_uring_sqe* e = io_uring_get_sqe(&ring_);
        while (e == nullptr) {
            io_uring_submit(&ring_);
            e = io_uring_get_sqe(&ring_);
        }
        return e;
    }

    void receive(int fd, std::uint64_t user_data, int flags) {
        io_uring_sqe* e = entry();
        io_uring_prep_recv_multishot(e, fd, nullptr, 0, flags);
        e->user_data = user_data;
        e->flags |= IOSQE_BUFFER_SELECT;
        e->buf_group = 0;
    }

    // Hands over what was noted and waits for a completion, at most `timeout_ms` if that is not
    // negative.
    void wait(int timeout_ms) {
        publish();
        if (timeout_ms < 0) {
            io_uring_submit_and_wait(&ring_, 1);
            return;
        }
        __kernel_timespec limit{.tv_sec = timeout_ms / 1000,
                                .tv_nsec = (timeout_ms % 1000) * 1'000'000L};
        io_uring_cqe* first = nullptr;
        io_uring_submit_and_wait_timeout(&ring_, &first, 1, &limit, nullptr);
    }

    // Calls f(completion) for each that is there.
    template <class F>
    unsigned for_each(F&& f) {
        unsigned head = 0;
        unsigned seen = 0;
        io_uring_cqe* one = nullptr;
        io_uring_for_each_cqe(&ring_, head, one) {
            f(*one);
            ++seen;
        }
        io_uring_cq_advance(&ring_, seen);
        return seen;
    }

  private:
    static void* map(std::size_t bytes) {
        void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (memory == MAP_FAILED)
            die_of("mmap", errno);
        return memory;
    }

    std::size_t io_size_;
    unsigned count_;
    unsigned added_ = 0;
    io_uring ring_{};
    io_uring_buf_ring* entries_ = nullptr;
    char* memory_ = nullptr;
};

// What a completion belongs to: kind and descriptor.
enum class kind : std::uint32_t { signals, accept, receive, send, canceled };

inline std::uint64_t key(kind what, int fd) {
    return (std::uint64_t{static_cast<std::uint32_t>(what)} << 32) | static_cast<std::uint32_t>(fd);
}

inline kind kind_of(std::uint64_t key) {
    return static_cast<kind>(key >> 32);
}

inline int fd_of(std::uint64_t key) {
    return static_cast<int>(key & 0xffffffff);
}

} // namespace raw

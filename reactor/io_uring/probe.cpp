#include <iapp/reactor/io_uring/probe.hpp>

#include <iapp/reactor/io_uring/ring.hpp>
#include <iapp/reactor/os/pages.hpp>
#include <iapp/reactor/os/system_kernel.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace iapp {

namespace {

constexpr unsigned entries = 8;
constexpr std::chrono::milliseconds patience{100};
constexpr int waits_max = 4; // the bytes, the end, and what else may wake us

class owned_fd {
  public:
    explicit owned_fd(int fd) noexcept : fd_{fd} {}

    owned_fd(const owned_fd&) = delete;
    owned_fd& operator=(const owned_fd&) = delete;

    ~owned_fd() { close(); }

    void close() noexcept {
        if (fd_ >= 0) {
            ::close(fd_);
            fd_ = -1;
        }
    }

    int get() const noexcept { return fd_; }

  private:
    int fd_;
};

int connected_to(int listener) noexcept {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* name = reinterpret_cast<sockaddr*>(&at);
    if (::bind(listener, name, size) != 0 || ::listen(listener, 1) != 0 ||
        ::getsockname(listener, name, &size) != 0) {
        return -1;
    }
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && ::connect(fd, name, size) != 0) {
        ::close(fd);
        return -1;
    }
    return fd;
}

void send_byte_and_reset(owned_fd& peer) noexcept {
    const linger none{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(peer.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    [[maybe_unused]] const ssize_t sent = ::send(peer.get(), "x", 1, MSG_NOSIGNAL);
    peer.close();
}

void arm(ring& on, int fd) {
    io_uring_sqe& entry = on.next_entry();
    entry.opcode = IORING_OP_RECV;
    entry.fd = fd;
    entry.ioprio = IORING_RECV_MULTISHOT;
    entry.flags = IOSQE_BUFFER_SELECT;
    on.submit_and_wait(duration::zero());
}

bool end_is_told(ring& on) {
    for (int i = 0; i < waits_max; ++i) {
        on.submit_and_wait(patience);
        while (const io_uring_cqe* seen = on.first()) {
            const bool last = (seen->flags & IORING_CQE_F_MORE) == 0;
            on.next();
            if (last) {
                return true;
            }
        }
    }
    return false;
}

result<bool> try_it() {
    const result<std::unique_ptr<ring>> made = ring::make({entries, 2 * entries});
    if (!made) {
        return made.error();
    }
    const mapped_pages memory = mapped_pages::map(entries * sizeof(io_uring_buf), {});
    if (memory.size() == 0) {
        return std::errc::not_enough_memory;
    }
    ring& on = **made;
    on.enable();
    if (const std::error_code refused = on.register_buffers(memory.data(), entries, 0)) {
        return refused;
    }
    const owned_fd listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (listener.get() < 0) {
        return last_error();
    }
    owned_fd peer{connected_to(listener.get())};
    // Connected: it does not block. Else it must not be tried.
    const owned_fd accepted{
        peer.get() < 0 ? -1 : ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (accepted.get() < 0) {
        return last_error();
    }
    std::byte bytes[entries];
    auto* buffers = reinterpret_cast<io_uring_buf_ring*>(memory.data());
    for (int i = 0; i < static_cast<int>(entries); ++i) {
        io_uring_buf_ring_add(buffers, bytes + i, 1, static_cast<std::uint16_t>(i), entries - 1, i);
    }
    io_uring_buf_ring_advance(buffers, entries);
    arm(on, accepted.get());
    send_byte_and_reset(peer);
    return end_is_told(on);
}

} // namespace

std::error_code multishot_receive_tells_late_ends() {
    enum class answer : std::uint8_t { none, yes, no };
    static std::atomic<answer> known{answer::none}; // relaxed: it orders nothing else
    if (known.load(std::memory_order_relaxed) == answer::none) {
        const result<bool> told = try_it();
        if (!told) {
            return told.error();
        }
        known.store(*told ? answer::yes : answer::no, std::memory_order_relaxed);
    }
    return known.load(std::memory_order_relaxed) == answer::yes
               ? std::error_code{}
               : std::make_error_code(std::errc::not_supported);
}

} // namespace iapp

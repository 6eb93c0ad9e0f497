#include <iapp/reactor/os/socket_tuning.hpp>

#include <iapp/reactor/os/system_kernel.hpp>

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>

namespace iapp::os {

namespace {

// Sets options one after another until one is refused.
class tuner {
  public:
    tuner(descriptor fd, std::uint64_t& calls) noexcept : fd_{fd}, calls_{calls} {}

    template <class Value>
    void set(bool wanted, int level, int option, Value value) noexcept {
        if (!wanted || refused_) {
            return;
        }
        ++calls_;
        if (::setsockopt(fd_, level, option, &value, sizeof value) != 0) {
            refused_ = last_error();
        }
    }

    // The same for an option of TCP, which other families do not know.
    void set_tcp(bool wanted, int option, int value) noexcept {
        const std::error_code before = refused_;
        set(wanted, IPPROTO_TCP, option, value);
        if (!before && (refused_ == std::errc::operation_not_supported ||
                        refused_ == std::errc::no_protocol_option ||
                        refused_ == std::errc::invalid_argument)) {
            refused_ = is_tcp() ? refused_ : std::error_code{};
        }
    }

    std::error_code refused() const noexcept { return refused_; }

  private:
    bool is_tcp() const noexcept {
        sockaddr_storage name{};
        socklen_t size = sizeof name;
        ++calls_;
        return ::getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &size) == 0 &&
               name.ss_family != AF_UNIX;
    }

    descriptor fd_;
    std::uint64_t& calls_;
    std::error_code refused_;
};

} // namespace

std::error_code tune_stream(descriptor fd, const stream_options& options,
                            std::uint64_t& calls) noexcept {
    tuner t{fd, calls};
    const auto number = [](std::uint32_t value) { return static_cast<int>(value); };
    t.set(options.send_buffer_bytes > 0, SOL_SOCKET, SO_SNDBUF, number(options.send_buffer_bytes));
    t.set(options.receive_buffer_bytes > 0, SOL_SOCKET, SO_RCVBUF,
          number(options.receive_buffer_bytes));
    t.set(options.receive_low_water_bytes > 0, SOL_SOCKET, SO_RCVLOWAT,
          number(options.receive_low_water_bytes));
    t.set(options.keepalive, SOL_SOCKET, SO_KEEPALIVE, 1);
    t.set(options.linger_s >= 0, SOL_SOCKET, SO_LINGER,
          linger{.l_onoff = 1, .l_linger = options.linger_s});
    t.set_tcp(options.nodelay, TCP_NODELAY, 1);
    t.set_tcp(options.keepalive_idle_s > 0, TCP_KEEPIDLE, number(options.keepalive_idle_s));
    return t.refused();
}

bool is_socket_file(std::string_view path) noexcept {
    struct stat about {};

    return ::lstat(path.data(), &about) == 0 && S_ISSOCK(about.st_mode);
}

} // namespace iapp::os

// What only FreeBSD has: the layout of its structures, and probes for AIO, SO_SPLICE and
// SO_NOSIGPIPE.

#include "check.hpp"
#include "freebsd_sysctl.hpp"
#include "kqueue.hpp"
#include "sigpipe.hpp"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <string>

#include <aio.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace selftest {

namespace {

// The engines lay out tables and read events by these; a system that differs is another system.
static_assert(sizeof(struct kevent) == 64);
static_assert(offsetof(struct kevent, data) == 16);
static_assert(offsetof(struct kevent, udata) == 24);
static_assert(offsetof(struct kevent, ext) == 32);
static_assert(sizeof(struct splice) == 32);
static_assert(SO_SPLICE == 0x1023);
static_assert(EVFILT_USER == -11);
static_assert(EVFILT_AIO == -3);

// A descriptor of a file that is already gone from its folder.
descriptor temporary_file(const std::string& content) {
    const char* folder = std::getenv("TMPDIR");
    std::string path = std::string{folder == nullptr ? "/tmp" : folder} + "/iapp-selftest.XXXXXX";
    descriptor file{must(::mkstemp(path.data()), "mkstemp")};
    ::unlink(path.c_str());
    must(::write(file.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size())
             ? 0
             : -1,
         "write");
    return file;
}

outcome release() {
    const long long date = system_value("kern.osreldate");
    return judge(date >= 1400000, "kern.osreldate {}", date);
}

outcome kevent_layout() {
    return judge(true, "{} bytes: data at {}, udata {}, ext {}", sizeof(struct kevent),
                 offsetof(struct kevent, data), offsetof(struct kevent, udata),
                 offsetof(struct kevent, ext));
}

outcome ext_comes_back() {
    const stream_pair pair = tcp_pair();
    kernel_queue queue;
    struct kevent add = change(pair.client.get(), EVFILT_WRITE, EV_ADD | EV_CLEAR);
    add.ext[2] = 0x1122334455667788;
    add.ext[3] = 0x99aabbccddeeff00;
    queue.require(add);
    const answer got = queue.wait(patience());
    return judge(got.only(EVFILT_WRITE) && got.events[0].ext[2] == add.ext[2] &&
                     got.events[0].ext[3] == add.ext[3],
                 "{}", describe(got));
}

outcome no_signal_option() {
    count_sigpipe();
    const tcp_listener listener = listen_tcp();
    set_option(listener.socket.get(), SOL_SOCKET, SO_NOSIGPIPE, 1);
    descriptor client = connected_client(listener);
    const descriptor server = accept_one(listener.socket.get());
    reset(client);
    wait_for_end(server.get());
    const auto written = ::write(server.get(), "x", 1);
    const int error = errno;
    return judge(written < 0 && error == EPIPE && sigpipes() == 0, "{}, {} signals",
                 error_name(error), sigpipes());
}

outcome truncating_receive() {
    const stream_pair pair = tcp_pair();
    send_text(pair.client.get(), "hello");
    wait_for(pair.server.get(), POLLIN, patience());
    char bytes[5] = {};
    const auto count = ::recv(pair.server.get(), bytes, sizeof bytes, MSG_TRUNC);
    const bool copied = std::string(bytes, sizeof bytes) == "hello";
    return judge(count == 5 && copied, "{} bytes, {}", count, copied ? "copied" : "not copied");
}

outcome splice_present() {
    const descriptor fresh = tcp_socket();
    off_t moved = -1;
    socklen_t length = sizeof moved;
    if (::getsockopt(fresh.get(), SOL_SOCKET, SO_SPLICE, &moved, &length) != 0) {
        return skipped("{}", error_name(errno));
    }
    return judge(moved == 0, "present, {} bytes moved", static_cast<long long>(moved));
}

// A read of a file through the queue: accepted, one event, and the count from aio_return.
outcome aio_event() {
    const descriptor file = temporary_file("hello");
    kernel_queue queue;
    char bytes[16] = {};
    struct aiocb request = {};
    request.aio_fildes = file.get();
    request.aio_buf = bytes;
    request.aio_nbytes = sizeof bytes;
    request.aio_sigevent.sigev_notify = SIGEV_KEVENT;
    request.aio_sigevent.sigev_notify_kqueue = queue.get();
    request.aio_sigevent.sigev_notify_kevent_flags = EV_ONESHOT;
    request.aio_sigevent.sigev_value.sival_ptr = bytes;
    if (::aio_read(&request) != 0) {
        const int error = errno;
        return error == EOPNOTSUPP || error == ENOSYS
                   ? skipped("aio_read: {}", error_name(error))
                   : judge(false, "aio_read: {}", error_name(error));
    }
    const answer got = queue.wait(patience());
    const bool event = got.only(EVFILT_AIO) && got.events[0].udata == bytes &&
                       got.events[0].ident == reinterpret_cast<std::uintptr_t>(&request) &&
                       got.events[0].data == 0;
    const auto count = event ? ::aio_return(&request) : -1;
    return judge(event && count == 5, "{} event, aio_return {}", event ? "one" : "no such", count);
}

constexpr check checks[] = {
    {"freebsd.release", "14.0 or newer", "Older releases are not supported.", release},
    {"kqueue.layout", "64 bytes: data at 16, udata 24, ext 32",
     "Proved when this program was compiled.", kevent_layout},
    {"kqueue.ext", "ext[2] and ext[3] come back unchanged",
     "Free bytes of an event could not carry a generation.", ext_comes_back},
    {"write.nosigpipe", "SO_NOSIGPIPE, inherited: EPIPE and no SIGPIPE",
     "write, writev and AIO would kill the process.", no_signal_option},
    {"tcp.msg_trunc", "recv with MSG_TRUNC copies: it does not discard",
     "The sink's --discard trunc is for Linux only.", truncating_receive},
    {"splice.present", "SO_SPLICE known, 0 bytes on a fresh socket",
     "Needs 14.2 or newer; transfers copy through user space without it.", splice_present},
    {"aio.kevent", "aio_read, one event, aio_return has the count",
     "Files would be read by threads: is the file system local?", aio_event},
};

} // namespace

theme freebsd_checks() {
    return checks;
}

} // namespace selftest

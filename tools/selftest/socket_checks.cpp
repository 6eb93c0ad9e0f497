// Bytes, ends and errors on stream sockets.

#include "check.hpp"
#include "sigpipe.hpp"
#include "sockets.hpp"

#include <cerrno>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace selftest {

namespace {

outcome half_close(const stream_pair& pair) {
    send_text(pair.client.get(), "hello");
    must(::shutdown(pair.client.get(), SHUT_WR), "shutdown");
    wait_for_end(pair.server.get());
    const drained got = drain(pair.server.get());
    send_text(pair.server.get(), "answer");
    wait_for(pair.client.get(), POLLIN, patience());
    const int answer = receive(pair.client.get());
    return judge(got.bytes == 5 && got.ended == 0 && answer == 6,
                 "{} bytes, end {}, answer of {} bytes", got.bytes, error_name(got.ended), answer);
}

outcome tcp_half_close() {
    return half_close(tcp_pair());
}

outcome unix_half_close() {
    return half_close(unix_pair());
}

outcome linger_zero() {
    stream_pair pair = tcp_pair();
    reset(pair.client);
    wait_for_end(pair.server.get());
    const int got = receive(pair.server.get());
    const int error = pending_error(pair.server.get());
    return judge(got == -ECONNRESET && error == 0, "recv {}, then SO_ERROR {}",
                 got < 0 ? error_name(-got) : fmt::to_string(got), error_name(error));
}

outcome write_after_reset() {
    stream_pair pair = tcp_pair();
    reset(pair.client);
    wait_for_end(pair.server.get());
    receive(pair.server.get());
    const auto sent = ::send(pair.server.get(), "x", 1, MSG_NOSIGNAL);
    const int error = errno;
    return judge(sent < 0 && error == EPIPE, "send {}, {}", sent, error_name(error));
}

// First with the flag, which must suppress the signal, then without, which proves that this
// process would have noticed one.
outcome no_signal_flag() {
    count_sigpipe();
    stream_pair pair = unix_pair();
    pair.server.close();
    const auto sent = ::send(pair.client.get(), "x", 1, MSG_NOSIGNAL);
    const int error = errno;
    const int with_flag = sigpipes();
    [[maybe_unused]] const auto again = ::send(pair.client.get(), "x", 1, 0);
    const int without = sigpipes() - with_flag;
    return judge(sent < 0 && error == EPIPE && with_flag == 0 && without == 1,
                 "{}, {} signals; without the flag {}", error_name(error), with_flag, without);
}

outcome gathered_no_signal() {
    count_sigpipe();
    stream_pair pair = unix_pair();
    pair.server.close();
    char text[] = "ab";
    iovec parts[2] = {{text, 1}, {text + 1, 1}};
    msghdr message = {};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    const auto sent = ::sendmsg(pair.client.get(), &message, MSG_NOSIGNAL);
    const int error = errno;
    return judge(sent < 0 && error == EPIPE && sigpipes() == 0, "{}, {} signals", error_name(error),
                 sigpipes());
}

outcome short_send() {
    const stream_pair pair = tcp_pair(buffers::small);
    const std::vector<char> block(8u << 20, 'x');
    const auto first = ::send(pair.client.get(), block.data(), block.size(), MSG_NOSIGNAL);
    const std::size_t more = send_until_blocked(pair.client.get());
    return judge(first > 0 && first < static_cast<ssize_t>(block.size()),
                 "{} of 8 MiB, {} more, then EAGAIN", first, more);
}

// What the peer wrote before it closed is still there to read, in order, before the end.
outcome data_before_end() {
    stream_pair pair = tcp_pair();
    send_text(pair.client.get(), std::string(20000, 'x'));
    pair.client.close();
    wait_for_end(pair.server.get());
    const drained got = drain(pair.server.get());
    return judge(got.bytes == 20000 && got.ended == 0, "{} bytes, end {}", got.bytes,
                 error_name(got.ended));
}

outcome gathered_limit() {
    const long most = ::sysconf(_SC_IOV_MAX);
    return judge(most >= 1024, "IOV_MAX {}", most);
}

constexpr check checks[] = {
    {"tcp.half_close", "bytes, then end; the other way stays open",
     "A half-close would lose data or could not cross a proxy.", tcp_half_close},
    {"tcp.linger_zero", "recv ECONNRESET, once",
     "Aborting a connection would look like its regular end.", linger_zero},
    {"tcp.write_after_reset", "EPIPE", "Writing to a dead connection must fail at once.",
     write_after_reset},
    {"tcp.close_delivers", "all that was written, then end of file",
     "The last bytes before a close would be lost.", data_before_end},
    {"tcp.short_send", "a part of the block, then EAGAIN",
     "A worker would sleep inside send: nonblocking sends must never wait.", short_send},
    {"unix.half_close", "bytes, then end; the other way stays open",
     "A half-close would lose data or could not cross a proxy.", unix_half_close},
    {"send.nosignal", "EPIPE and no SIGPIPE with MSG_NOSIGNAL",
     "A peer that closes early would kill the process.", no_signal_flag},
    {"sendmsg.nosignal", "EPIPE and no SIGPIPE with MSG_NOSIGNAL",
     "A peer that closes early would kill the process.", gathered_no_signal},
    {"sendmsg.parts", "at least 1024 parts in a call",
     "Lists of buffers would have to be sent in smaller pieces.", gathered_limit},
};

} // namespace

theme socket_checks() {
    return checks;
}

} // namespace selftest

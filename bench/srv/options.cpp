#include "srv/options.hpp"

#include <iapp/reactor/buffer_pool.hpp>

#include <fmt/format.h>

namespace srv {

namespace {

std::string read_addresses(const std::vector<std::string>& texts, config& wanted) {
    for (const std::string& text : texts) {
        const iapp::result<iapp::address> at = iapp::address::parse(text);
        if (!at) {
            return fmt::format("--listen: \"{}\": {}", text, at.error().message());
        }
        wanted.listen.push_back(*at);
    }
    return {};
}

std::string check(const config& wanted) {
    const std::uint64_t largest =
        iapp::buffer_pool::largest_bytes - (wanted.does == mode::source ? 4096 : 0);
    if (wanted.io_size == 0 || wanted.io_size > largest) {
        return fmt::format("--io-size: 1 to {} bytes", largest);
    }
    if (wanted.discard_in_kernel && (wanted.verify || wanted.does == mode::echo)) {
        return "--discard trunc: bytes that are thrown away can be neither verified nor echoed";
    }
    return bench::check(wanted.buffers);
}

} // namespace

std::optional<int> parse_options(int argc, char** argv, config& wanted) {
    bench::command_line line{"Takes connections and reads, echoes or sends: the server for clt.",
                             "srv"};
    std::vector<std::string> listen{"[::]:1667"};
    bench::add_common(line, wanted.common);
    line.texts("--listen", listen, "A.B.C.D:P, [V6]:P or unix:PATH; repeatable; port 0 picks one");
    line.choice("--mode", wanted.does, "sink, echo or source",
                {{"sink", mode::sink}, {"echo", mode::echo}, {"source", mode::source}});
    line.size("--io-size", wanted.io_size, "Most bytes of one read or write, default 16K");
    line.number("--max-conns", wanted.max_conns,
                "Connections at one time in this process; more are closed at once", {1, 1U << 20});
    bench::add_socket_buffers(line, wanted.buffers);
    line.choice("--discard", wanted.discard_in_kernel,
                "How a sink reads: copy, or trunc (MSG_TRUNC, without a copy on Linux)",
                {{"copy", false}, {"trunc", true}});
    line.flag("--share-port", wanted.share_port,
              "Let other srv --share-port of this user listen at the same addresses");
    line.time("--drain", wanted.drain,
              "At the end, wait so long for the clients to go first (0: do not)");
    line.flag("--verify", wanted.verify, "Check that the bytes are those of clt --verify");
    if (const std::optional<int> status = line.parse(argc, argv)) {
        return status;
    }
    std::string wrong = read_addresses(listen, wanted);
    if (wrong.empty()) {
        wrong = check(wanted);
    }
    if (!wrong.empty()) {
        return line.wrong_usage(wrong);
    }
    return {};
}

} // namespace srv

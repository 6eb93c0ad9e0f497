#include "clt/options.hpp"

#include "clt/default_address.hpp"
#include "harness/pattern.hpp"

#include <iapp/reactor/buffer_pool.hpp>
#include <iapp/reactor/os/process.hpp>

#include <cmath>
#include <fmt/format.h>

namespace clt {

namespace {

std::string read_addresses(const std::vector<std::string>& texts, config& wanted) {
    for (const std::string& text : texts) {
        const iapp::result<std::vector<iapp::address>> range = iapp::parse_range(text);
        if (!range) {
            return fmt::format("--connect: \"{}\": {}", text, range.error().message());
        }
        wanted.connect.insert(wanted.connect.end(), range->begin(), range->end());
    }
    return {};
}

std::string check(const config& wanted) {
    if (std::isnan(wanted.rate)) { // which is in every range
        return "--rate: not a number";
    }
    constexpr std::uint64_t largest = iapp::buffer_pool::largest_bytes - bench::pattern::period;
    if (wanted.io_size == 0 || wanted.io_size > largest) {
        return fmt::format("--io-size: 1 to {} bytes", largest);
    }
    if (wanted.depth == 0 || wanted.depth > (UINT32_MAX / 2) / wanted.io_size) {
        return "--depth: at least 1, and at most 2G of requests under way";
    }
    const std::uint64_t unit = wanted.does == mode::write ? 1 : wanted.io_size;
    if (wanted.bytes > 0 && wanted.bytes / unit < wanted.all_conns()) {
        return fmt::format("--bytes: {} connections need at least {}", wanted.all_conns(),
                           unit * wanted.all_conns());
    }
    if (wanted.does == mode::churn && wanted.bytes > 0) {
        return "--bytes: has no meaning with --mode churn";
    }
    return bench::check(wanted.buffers);
}

} // namespace

std::optional<int> parse_options(int argc, char** argv, config& wanted) {
    bench::command_line line{"Opens connections and moves bytes: the client for srv.", "clt"};
    std::vector<std::string> connect{default_address};
    bench::add_common(line, wanted.common);
    line.texts("--connect", connect,
               "A.B.C.D:P, A.B.C.D-E:P (a range), [V6]:P or unix:PATH; repeatable, in turn");
    line.number("--conns", wanted.conns, "Connections for each worker", {1, 1U << 20});
    line.number("--rate", wanted.rate, "New ones a second for each worker (0: no limit)", {0, 1e6});
    line.size("--io-size", wanted.io_size, "Bytes of one write or request, default 16K");
    line.choice("--mode", wanted.does,
                "write (to a sink), echo (requests and replies), churn (one request a connection)",
                {{"write", mode::write}, {"echo", mode::echo}, {"churn", mode::churn}});
    line.number("--depth", wanted.depth, "Requests under way on a connection");
    line.size("--bytes", wanted.bytes, "Send so much in all, then end (0: no limit)");
    bench::add_socket_buffers(line, wanted.buffers);
    line.time("--finish", wanted.finish_max,
              "How long the server may take to close at the end, default 30s");
    line.flag("--verify", wanted.verify, "Check what comes back (echo, or srv --mode source)");
    if (const std::optional<int> status = line.parse(argc, argv)) {
        return status;
    }
    std::string wrong = read_addresses(connect, wanted);
    if (wrong.empty()) {
        wrong = check(wanted);
    }
    if (!wrong.empty()) {
        return line.wrong_usage(wrong);
    }
    return {};
}

bool limits_allow(const config& wanted) {
    // Besides the connections: engines and standard streams.
    const std::uint64_t descriptors = wanted.all_conns() + 16 + 4 * wanted.common.workers;
    const iapp::os::descriptor_limit limit = iapp::os::raise_descriptor_limit();
    if (limit.now < descriptors) {
        fmt::print(stderr,
                   "clt: {} connections need {} open files and this process may have {}: raise the "
                   "hard limit (ulimit -Hn {}), or run several clt with fewer --conns\n",
                   wanted.all_conns(), descriptors, limit.now, descriptors);
        return false;
    }
    const iapp::os::port_range ports = iapp::os::connecting_ports();
    const std::uint64_t available = ports.last + 1 - ports.first;
    const std::uint64_t each =
        (wanted.all_conns() + wanted.connect.size() - 1) / wanted.connect.size();
    const bool over_ip = wanted.connect.front().family() != iapp::address_family::unix_path;
    if (over_ip && ports.first <= ports.last && each > available) {
        fmt::print(stderr,
                   "clt: {} connections to one address need as many ports and {} gives {}: widen "
                   "it, or spread them: --connect 127.0.0.1-{}:P\n",
                   each, ports.name, available, wanted.all_conns() / available + 1);
        return false;
    }
    return true;
}

} // namespace clt

#include "clt/options.hpp"

#include "clt/default_address.hpp"
#include "harness/pattern.hpp"

#include <iapp/reactor/buffer_pool.hpp>
#include <iapp/reactor/os/process.hpp>

#include <CLI/CLI.hpp>
#include <cmath>
#include <fmt/format.h>
#include <map>

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
    if (wanted.sndbuf > INT32_MAX || wanted.rcvbuf > INT32_MAX) {
        return "--sndbuf, --rcvbuf: less than 2G";
    }
    return {};
}

} // namespace

std::optional<int> parse_options(int argc, char** argv, config& wanted) {
    CLI::App app{"Opens connections and moves bytes: the client for srv.", "clt"};
    std::vector<std::string> connect{default_address};
    const std::map<std::string, mode> modes{
        {"write", mode::write}, {"echo", mode::echo}, {"churn", mode::churn}};
    bench::add_common(app, wanted.common);
    app.add_option("--connect", connect,
                   "A.B.C.D:P, A.B.C.D-E:P (a range), [V6]:P or unix:PATH; repeatable, in turn")
        ->capture_default_str();
    app.add_option("--conns", wanted.conns, "Connections for each worker")
        ->check(CLI::Range(1U, 1U << 20))
        ->capture_default_str();
    app.add_option("--rate", wanted.rate, "New ones a second for each worker (0: no limit)")
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
    bench::add_size(app, "--io-size", wanted.io_size, "Bytes of one write or request, default 16K");
    app.add_option(
           "--mode", wanted.does,
           "write (to a sink), echo (requests and replies), churn (one request a connection)")
        ->transform(CLI::CheckedTransformer(modes).description("{write,echo,churn}"));
    app.add_option("--depth", wanted.depth, "Requests under way on a connection")
        ->capture_default_str();
    bench::add_size(app, "--bytes", wanted.bytes, "Send so much in all, then end (0: no limit)");
    bench::add_size(app, "--sndbuf", wanted.sndbuf, "SO_SNDBUF (0: the system's)");
    bench::add_size(app, "--rcvbuf", wanted.rcvbuf, "SO_RCVBUF (0: the system's)");
    bench::add_time(app, "--finish", wanted.finish_max,
                    "How long the server may take to close at the end, default 30s");
    app.add_flag("--verify", wanted.verify, "Check what comes back (echo, or srv --mode source)");
    if (const std::optional<int> status = bench::parse(app, argc, argv)) {
        return status;
    }
    std::string wrong = read_addresses(connect, wanted);
    if (wrong.empty()) {
        wrong = check(wanted);
    }
    if (!wrong.empty()) {
        return bench::wrong_usage("clt", wrong);
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

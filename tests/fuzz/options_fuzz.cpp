// Command lines of srv and clt: what is taken is within what the flags say, all else is wrong
// usage.

#include "clt/options.hpp"
#include "command_line/values.hpp"
#include "fuzz/fuzz_input.hpp"
#include "srv/options.hpp"

#include <iapp/mailbox/check.hpp>
#include <iapp/reactor/buffer_pool.hpp>

#include <array>
#include <iostream>
#include <string>
#include <vector>

using iapp::test::fuzz_input;

namespace {

constexpr std::array words{
    "--workers",
    "--engine",
    "--idle",
    "--pin",
    "--json",
    "--duration",
    "--stats",
    "--listen",
    "--mode",
    "--drain",
    "--io-size",
    "--sndbuf",
    "--rcvbuf",
    "--discard",
    "--verify",
    "--conns",
    "--rate",
    "--depth",
    "--bytes",
    "--finish",
    "--max-conns",
    "--connect",
    "echo",
    "sink",
    "write",
    "nan",
    "1e999",
    "18446744073709551615K",
    "4K",
    "10ms",
    "1",
    "0.5",
    "epoll",
    "[::]:0",
    "127.0.0.1-9:1",
};

// Words of the language, and others.
std::vector<std::string> arguments(fuzz_input& input) {
    std::vector<std::string> all{"program"};
    while (!input.empty() && all.size() < 12) {
        std::string one{input.below(4) == 0 ? input.take(input.below(12))
                                            : words.at(input.below(words.size()))};
        all.emplace_back(one.c_str()); // ends at a zero, as it would in a real one
    }
    return all;
}

// A reading of whole numbers that cannot overflow.
void check_size(const std::string& text) {
    const std::optional<std::uint64_t> size = bench::parse_size(text);
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) {
        IAPP_CHECK(!size, "a size begins with a digit");
    }
    const std::string unit = text.substr(digits);
    if (digits == 0 || digits > 20 || (unit != "" && unit != "K")) {
        return;
    }
    __extension__ unsigned __int128 expected = 0;
    for (const char digit : text.substr(0, digits)) {
        expected = expected * 10 + static_cast<unsigned>(digit - '0');
    }
    expected *= unit.empty() ? 1 : 1024;
    IAPP_CHECK(size.has_value() == (expected <= UINT64_MAX), "only what fits is a size");
    IAPP_CHECK(!size || *size == expected, "a whole size is exact");
}

void check_common(const bench::common_options& common) {
    IAPP_CHECK(common.workers >= 1 && common.workers <= iapp::system::workers_max, "workers");
    IAPP_CHECK(common.duration.count() >= 0 && common.stats.count() >= 0, "times");
}

template <class Config>
void check_sizes(const Config& wanted) {
    check_common(wanted.common);
    IAPP_CHECK(wanted.io_size >= 1 && wanted.io_size <= iapp::buffer_pool::largest_bytes,
               "io-size");
    IAPP_CHECK(wanted.buffers.send_bytes <= INT32_MAX && wanted.buffers.receive_bytes <= INT32_MAX,
               "socket buffers");
}

void try_srv(int argc, char** argv) {
    srv::config wanted;
    if (const std::optional<int> status = srv::parse_options(argc, argv, wanted)) {
        IAPP_CHECK(*status == bench::exit_ok || *status == bench::exit_usage, "it ends now");
        return;
    }
    check_sizes(wanted);
    IAPP_CHECK(!wanted.listen.empty() && wanted.max_conns >= 1, "somewhere to listen");
    IAPP_CHECK(wanted.drain.count() >= 0, "drain");
}

void try_clt(int argc, char** argv) {
    clt::config wanted;
    if (const std::optional<int> status = clt::parse_options(argc, argv, wanted)) {
        IAPP_CHECK(*status == bench::exit_ok || *status == bench::exit_usage, "it ends now");
        return;
    }
    check_sizes(wanted);
    IAPP_CHECK(!wanted.connect.empty() && wanted.conns >= 1, "somewhere to connect to");
    IAPP_CHECK(wanted.rate >= 0 && wanted.rate <= 1e6, "a rate is a number");
    IAPP_CHECK(wanted.depth >= 1 && wanted.depth * wanted.io_size <= INT32_MAX, "depth");
    IAPP_CHECK(wanted.finish_max.count() >= 0, "finish");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::cout.rdbuf(nullptr); // what the programs say to people
    std::cerr.rdbuf(nullptr);
    fuzz_input input{data, size};
    check_size(std::string{fuzz_input{data, size}.take(24)});
    const bool server = input.below(2) == 0;
    std::vector<std::string> texts = arguments(input);
    std::vector<char*> argv;
    for (std::string& each : texts) {
        argv.push_back(each.data());
    }
    argv.push_back(nullptr);
    (server ? try_srv : try_clt)(static_cast<int>(texts.size()), argv.data());
    return 0;
}

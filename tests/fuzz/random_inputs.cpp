// Drives a fuzz target without a fuzzer, where the compiler has none: with seeded random bytes,
// every other time from the characters that texts on the wire are made of.

#include "support/random.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s INPUTS\n", argv[0]);
        return 2;
    }
    const unsigned long inputs = std::strtoul(argv[1], nullptr, 10);
    if (std::getenv("IAPP_TEST_SEED") == nullptr) {
        setenv("IAPP_TEST_SEED", std::to_string(std::random_device{}()).c_str(), 1);
    }
    const std::uint64_t seed = iapp::test::seed();
    std::printf("IAPP_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
    std::fflush(stdout); // stands in the output even if a check aborts the program
    constexpr std::string_view usual = "\r\n\r\n\r\n0123456789.:[]%/-xunif\0\1\2\3";
    iapp::test::random_source random{seed};
    for (unsigned long i = 0; i < inputs; ++i) {
        std::vector<std::uint8_t> bytes(random.below(i % 8 == 0 ? 2'000 : 60));
        const bool textual = random.one_in(2);
        for (std::uint8_t& byte : bytes) {
            byte = static_cast<std::uint8_t>(textual ? usual[random.below(usual.size())]
                                                     : random.below(256));
        }
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
    return 0;
}

#pragma once
// What the message benchmarks send, and the sum that shows that all of it arrived.

#include <array>
#include <cstddef>
#include <cstdint>
#include <iapp/mailbox/check.hpp>

namespace bench {

// `Bytes` (at least 16) bytes: who sent it, which of that sender's it is, and filling.
template <std::size_t Bytes>
struct payload {
    std::uint64_t producer = 0;
    std::uint64_t sequence = 0;
    std::array<std::uint64_t, Bytes / sizeof(std::uint64_t) - 2> filling{};
};

template <>
struct payload<16> {
    std::uint64_t producer = 0;
    std::uint64_t sequence = 0;
};

// Calls function.operator()<Bytes>() for one of the sizes that the benchmarks know.
template <class Function>
auto with_payload(std::uint64_t bytes, Function&& function) {
    switch (bytes) {
    case 16:
        return function.template operator()<16>();
    case 32:
        return function.template operator()<32>();
    case 48:
        return function.template operator()<48>();
    case 64:
        return function.template operator()<64>();
    case 256:
        return function.template operator()<256>();
    default:
        IAPP_CHECK(bytes == 1024, "a payload of 16, 32, 48, 64, 256 or 1,024 bytes");
        return function.template operator()<1024>();
    }
}

// A sum over messages in any order. One multiplication a message, so that it shows in no figure.
class checksum {
  public:
    template <class Payload>
    void add(const Payload& message) noexcept {
        sum_ += weight(message.producer) * (message.sequence + 1);
        ++count_;
    }

    // What another one has seen.
    void add(const checksum& other) noexcept {
        sum_ += other.sum_;
        count_ += other.count_;
    }

    std::uint64_t sum() const noexcept { return sum_; }

    std::uint64_t count() const noexcept { return count_; }

    // Of the sequences 0 to n - 1 of one producer.
    static std::uint64_t expected(std::uint64_t producer, std::uint64_t n) noexcept {
        return weight(producer) * (n % 2 == 0 ? n / 2 * (n + 1) : (n + 1) / 2 * n);
    }

    // Of `count` messages that `producers` share.
    static std::uint64_t expected_of_all(std::uint64_t producers, std::uint64_t count) noexcept {
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i < producers; ++i) {
            sum += expected(i, share(i, producers, count));
        }
        return sum;
    }

    // How many of `count` messages the producer sends: as even as can be.
    static std::uint64_t share(std::uint64_t producer, std::uint64_t producers,
                               std::uint64_t count) noexcept {
        return count / producers + (producer < count % producers ? 1 : 0);
    }

  private:
    static std::uint64_t weight(std::uint64_t producer) noexcept { return 2 * producer + 1; }

    std::uint64_t sum_ = 0;
    std::uint64_t count_ = 0;
};

} // namespace bench

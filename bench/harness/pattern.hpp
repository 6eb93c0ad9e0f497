#pragma once
// Bytes that tell their position in a stream, to catch loss, doubling and reordering.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace bench {

// The byte at position p is a fixed pseudo-random table's entry p modulo a prime, so that no shift
// by a buffer's size goes unseen.
class pattern {
  public:
    static constexpr std::size_t period = 4093;

    static void fill(std::span<std::byte> out, std::uint64_t position) noexcept {
        for_each_run(out.size(), position,
                     [&](std::size_t at, const std::byte* want, std::size_t n) {
                         std::memcpy(out.data() + at, want, n);
                         return true;
                     });
    }

    // Whether these are the bytes from `position` on.
    static bool matches(std::span<const std::byte> bytes, std::uint64_t position) noexcept {
        return for_each_run(bytes.size(), position,
                            [&](std::size_t at, const std::byte* want, std::size_t n) {
                                return std::memcmp(bytes.data() + at, want, n) == 0;
                            });
    }

  private:
    static const std::array<std::byte, period>& table() noexcept {
        static const std::array<std::byte, period> made = [] {
            std::array<std::byte, period> bytes{};
            std::uint32_t state = 2463534242; // G. Marsaglia, "Xorshift RNGs" (2003): its seed
            for (std::byte& b : bytes) {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                b = static_cast<std::byte>(state >> 24);
            }
            return bytes;
        }();
        return made;
    }

    template <class F>
    static bool for_each_run(std::size_t size, std::uint64_t position, F&& f) noexcept {
        std::size_t done = 0;
        while (done < size) {
            const std::size_t from = (position + done) % period;
            const std::size_t run = std::min(period - from, size - done);
            if (!f(done, table().data() + from, run)) {
                return false;
            }
            done += run;
        }
        return true;
    }
};

} // namespace bench

#pragma once
// token_bucket: how many bytes may pass at a rate, with bursts.

#include <iapp/reactor/clock.hpp>

#include <algorithm>
#include <cstdint>

namespace iapp {

// A bucket of `burst` bytes that fills at `rate` and is full at first. More may be taken than is in
// it: what arrives is there, asked for or not; then it takes so much longer until there is some
// again. Kept as the moment at which the bucket will be full, so that nothing has to be filled: the
// virtual scheduling of the "generic cell rate algorithm" (ITU-T I.371). Any thread's own.
class token_bucket {
  public:
    // Both at least 1 and at most 2^33, 8 GiB.
    static constexpr std::uint64_t largest = std::uint64_t{1} << 33;

    token_bucket(std::uint64_t bytes_per_second, std::uint64_t burst_bytes) noexcept
        : rate_{std::clamp<std::uint64_t>(bytes_per_second, 1, largest)},
          burst_{std::clamp<std::uint64_t>(burst_bytes, 1, largest)} {}

    // How many bytes may pass now.
    std::uint64_t available(time_point now) const noexcept {
        const auto missing =
            static_cast<std::uint64_t>(std::max(full_at_ - now, duration{0}).count());
        const auto filling = static_cast<std::uint64_t>(time_for(burst_).count());
        return missing >= filling ? 0 : std::min(burst_, (filling - missing) * rate_ / second);
    }

    // That so many have passed.
    void take(std::uint64_t bytes, time_point now) noexcept {
        full_at_ = std::max(full_at_, now) + time_for(bytes);
    }

    // When so many, at most the burst, will be there, if no others pass before.
    time_point ready_at(std::uint64_t bytes) const noexcept {
        return full_at_ - (time_for(burst_) - time_for(std::min(bytes, burst_)));
    }

    std::uint64_t rate() const noexcept { return rate_; }

    std::uint64_t burst() const noexcept { return burst_; }

  private:
    static constexpr std::uint64_t second = 1'000'000'000;

    // Rounded up, so that the rate is never exceeded.
    duration time_for(std::uint64_t bytes) const noexcept {
        // In two steps, because the product of all may be too large.
        const std::uint64_t whole = bytes / rate_ * second;
        const std::uint64_t part = (bytes % rate_ * second + rate_ - 1) / rate_;
        return duration{static_cast<std::int64_t>(whole + part)};
    }

    std::uint64_t rate_;
    std::uint64_t burst_;
    time_point full_at_{};
};

} // namespace iapp

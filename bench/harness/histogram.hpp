#pragma once
// Latencies in a fixed number of buckets.

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace bench {

// Counts durations in buckets of at most 1/32 of their value (log-linear, as in G. Tene's
// HdrHistogram), from 1 ns up to hours; adding never allocates.
class histogram {
  public:
    void add(std::chrono::nanoseconds value) noexcept {
        const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0));
        ++counts_[bucket_of(ns)];
        ++total_;
        max_ = std::max(max_, ns);
    }

    void merge(const histogram& other) noexcept {
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            counts_[i] += other.counts_[i];
        }
        total_ += other.total_;
        max_ = std::max(max_, other.max_);
    }

    // The value that `share` (0 to 1) of all do not exceed, in microseconds; 0 without values.
    double percentile_us(double share) const noexcept {
        const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            seen += counts_[i];
            if (seen > wanted) {
                return static_cast<double>(std::min(upper_bound_ns(i), max_)) * 1e-3;
            }
        }
        return max_us();
    }

    double max_us() const noexcept { return static_cast<double>(max_) * 1e-3; }

    std::uint64_t total() const noexcept { return total_; }

  private:
    static constexpr unsigned sub_bits = 5;
    static constexpr std::size_t buckets = std::size_t{48} << sub_bits;

    static std::size_t bucket_of(std::uint64_t ns) noexcept {
        if (ns < (1U << sub_bits)) {
            return ns;
        }
        const auto exponent = static_cast<unsigned>(std::bit_width(ns)) - 1 - sub_bits;
        const std::uint64_t sub = (ns >> exponent) - (1U << sub_bits);
        return std::min<std::size_t>(((exponent + 1) << sub_bits) + sub, buckets - 1);
    }

    static std::uint64_t upper_bound_ns(std::size_t bucket) noexcept {
        if (bucket < (1U << sub_bits)) {
            return bucket;
        }
        const std::size_t exponent = (bucket >> sub_bits) - 1;
        const std::uint64_t sub = bucket & ((1U << sub_bits) - 1);
        return (((sub + (1U << sub_bits)) + 1) << exponent) - 1;
    }

    std::array<std::uint64_t, buckets> counts_{};
    std::uint64_t total_ = 0;
    std::uint64_t max_ = 0;
};

} // namespace bench

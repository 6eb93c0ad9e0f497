#pragma once
// What a program shows while it runs: a table that redraws on a terminal, plain lines elsewhere.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

// One line of the table: a worker, or the total.
struct live_row {
    std::uint64_t opening = 0;
    std::uint64_t open = 0;
    std::uint64_t closed = 0;
    std::uint64_t failed = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;

    live_row& operator+=(const live_row& other) noexcept;
};

// Remembers the last report, so that it can show rates.
class live_view {
  public:
    // On a terminal (standard output is one) the table is redrawn in place.
    live_view(std::string title, bool terminal) : title_{std::move(title)}, terminal_{terminal} {}

    // Shows a report taken `elapsed` after the start. `note` is a last line for more (latencies),
    // empty when there is none.
    void show(const std::vector<live_row>& workers, std::chrono::nanoseconds elapsed,
              std::string_view note);

  private:
    void draw(const std::vector<live_row>& workers, std::string_view note, double seconds,
              double interval);
    std::string line(std::string_view name, const live_row& now, const live_row& before,
                     double interval) const;

    std::string title_;
    bool terminal_;
    std::size_t lines_drawn_ = 0;
    std::vector<live_row> before_;
    std::chrono::nanoseconds elapsed_before_{0};
};

// "1.5 MB", "312 B": powers of 1000, three digits.
std::string readable_bytes(double bytes);

} // namespace bench

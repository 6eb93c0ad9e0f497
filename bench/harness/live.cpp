#include "harness/live.hpp"

#include <array>
#include <cstdio>
#include <fmt/format.h>

namespace bench {

live_row& live_row::operator+=(const live_row& other) noexcept {
    opening += other.opening;
    open += other.open;
    closed += other.closed;
    failed += other.failed;
    bytes_in += other.bytes_in;
    bytes_out += other.bytes_out;
    return *this;
}

std::string readable_bytes(double bytes) {
    static constexpr std::array<const char*, 6> units{"B", "kB", "MB", "GB", "TB", "PB"};
    std::size_t unit = 0;
    while (bytes >= 1000 && unit + 1 < units.size()) {
        bytes /= 1000;
        ++unit;
    }
    const int digits = unit == 0 || bytes >= 100 ? 0 : bytes >= 10 ? 1 : 2;
    return fmt::format("{:.{}f} {}", bytes, digits, units[unit]);
}

void live_view::show(const std::vector<live_row>& workers, std::chrono::nanoseconds elapsed,
                     std::string_view note) {
    using seconds = std::chrono::duration<double>;
    const double interval = seconds{elapsed - elapsed_before_}.count();
    before_.resize(workers.size());
    draw(workers, note, seconds{elapsed}.count(), interval > 0 ? interval : 1);
    before_ = workers;
    elapsed_before_ = elapsed;
    std::fflush(stdout);
}

void live_view::draw(const std::vector<live_row>& workers, std::string_view note, double seconds,
                     double interval) {
    live_row total;
    live_row total_before;
    for (std::size_t i = 0; i < workers.size(); ++i) {
        total += workers[i];
        total_before += before_[i];
    }
    if (!terminal_) {
        fmt::print("{} {:6.1f} s  {}{}{}\n", title_, seconds,
                   line("total", total, total_before, interval), note.empty() ? "" : "  ", note);
        return;
    }
    if (lines_drawn_ > 0) {
        fmt::print("\x1b[{}A", lines_drawn_); // back to the table's first line
    }
    constexpr const char* end_of_line = "\x1b[K\n"; // clears what was longer before
    fmt::print("{}  {:.1f} s{}", title_, seconds, end_of_line);
    fmt::print("{:>7} {:>8} {:>8} {:>8} {:>8} {:>10} {:>12} {:>10} {:>12}{}", "worker", "opening",
               "open", "closed", "failed", "in", "in/s", "out", "out/s", end_of_line);
    for (std::size_t i = 0; i < workers.size(); ++i) {
        fmt::print("{}{}", line(fmt::format("{}", i), workers[i], before_[i], interval),
                   end_of_line);
    }
    fmt::print("{}{}", line("total", total, total_before, interval), end_of_line);
    fmt::print("{}{}", note, end_of_line);
    lines_drawn_ = workers.size() + 4;
}

std::string live_view::line(std::string_view name, const live_row& now, const live_row& before,
                            double interval) const {
    const double in_rate = static_cast<double>(now.bytes_in - before.bytes_in) / interval;
    const double out_rate = static_cast<double>(now.bytes_out - before.bytes_out) / interval;
    const std::string in = readable_bytes(static_cast<double>(now.bytes_in));
    const std::string out = readable_bytes(static_cast<double>(now.bytes_out));
    if (!terminal_) {
        return fmt::format("opening {} open {} closed {} failed {}  in {} ({}/s)  out {} ({}/s)",
                           now.opening, now.open, now.closed, now.failed, in,
                           readable_bytes(in_rate), out, readable_bytes(out_rate));
    }
    return fmt::format("{:>7} {:>8} {:>8} {:>8} {:>8} {:>10} {:>12} {:>10} {:>12}", name,
                       now.opening, now.open, now.closed, now.failed, in,
                       readable_bytes(in_rate) + "/s", out, readable_bytes(out_rate) + "/s");
}

} // namespace bench

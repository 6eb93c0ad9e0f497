#pragma once
// The example of docs/simulation.md: a server with a bug that no quiet network shows.

#include <iapp/iapp.hpp>

#include <cstring>
#include <vector>

namespace iapp::test {

// Adds up numbers of four bytes each. When the client has sent all, it gets the sum.
class adder {
  public:
    using accepts = iapp::messages<iapp::bytes, iapp::input_ended, iapp::closed>;

    adder(iapp::context& cx, iapp::stream s) : cx_{cx}, stream_{std::move(s)} {
        cx_.start(stream_);
    }

    void on(const iapp::bytes& m) {
        for (std::size_t at = 0; at + 4 <= m.size;
             at += 4) { // the bug: what if half a number came?
            std::uint32_t number = 0;
            std::memcpy(&number, m.data.data() + at, 4);
            sum_ += number;
        }
    }

    void on(iapp::input_ended) {
        stream_.write(cx_.buffers().copy(std::to_string(sum_)));
        stream_.shutdown_write();
    }

    void on(const iapp::closed&) { cx_.stop(); }

  private:
    iapp::context& cx_;
    iapp::stream stream_;
    std::uint64_t sum_ = 0;
};

// The same without the bug: keeps what is left of a number for the next message.
class careful_adder {
  public:
    using accepts = iapp::messages<iapp::bytes, iapp::input_ended, iapp::closed>;

    careful_adder(iapp::context& cx, iapp::stream s) : cx_{cx}, stream_{std::move(s)} {
        cx_.start(stream_);
    }

    void on(const iapp::bytes& m) {
        for (const std::byte each : m.data.bytes()) {
            number_[filled_++] = each;
            if (filled_ == number_.size()) {
                std::uint32_t number = 0;
                std::memcpy(&number, number_.data(), 4);
                sum_ += number;
                filled_ = 0;
            }
        }
    }

    void on(iapp::input_ended) {
        stream_.write(cx_.buffers().copy(std::to_string(sum_)));
        stream_.shutdown_write();
    }

    void on(const iapp::closed&) { cx_.stop(); }

  private:
    iapp::context& cx_;
    iapp::stream stream_;
    std::array<std::byte, 4> number_{};
    std::size_t filled_ = 0;
    std::uint64_t sum_ = 0;
};

} // namespace iapp::test

#pragma once
// sim_pipe: one direction of a simulated connection, from the sender's buffer to the reader.

#include <iapp/reactor/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace iapp {

// Bytes are written into the sender's buffer, depart when the receiver's window allows it, arrive
// after a time that is not decided here, and are read:
//
//   read <= arrived <= departed <= written,  departed <= window edge
//
// The end of the stream follows the last byte. A plain state machine without a clock.
class sim_pipe {
  public:
    sim_pipe(std::size_t send_limit, std::size_t receive_limit) noexcept
        : send_limit_{send_limit}, receive_limit_{receive_limit}, edge_{receive_limit},
          announced_{receive_limit} {}

    // The sender. Takes as many of the bytes as the buffer has room for, at most `most`.
    std::size_t write(std::span<const std::span<const std::byte>> slices, std::size_t most);

    std::size_t room() const noexcept {
        const std::size_t waiting = written_ - departed_;
        return waiting >= send_limit_ ? 0 : send_limit_ - waiting;
    }

    // As real systems do, room is announced when there is a fair amount of it.
    bool has_fair_room() const noexcept { return room() >= send_limit_ / 3 + 1; }

    // No more is written.
    void shut() noexcept { end_wanted_ = true; }

    bool is_shut() const noexcept { return end_wanted_; }

    // The network. What may depart now, at most `most`; and the end, once nothing is before it.
    std::size_t may_depart(std::size_t most) const noexcept;

    void depart(std::size_t count) noexcept { departed_ += count; }

    bool end_may_depart() const noexcept {
        return end_wanted_ && !end_departed_ && departed_ == written_;
    }

    void depart_end() noexcept { end_departed_ = true; }

    void arrive(std::size_t count) noexcept { arrived_ += count; }

    void arrive_end() noexcept { end_arrived_ = true; }

    // The receiver.
    std::size_t readable() const noexcept { return arrived_ - read_; }

    bool at_end() const noexcept { return end_arrived_ && arrived_ == read_; }

    bool end_arrived() const noexcept { return end_arrived_; }

    // Reads at most as many bytes as there is memory; without a copy when `discards`.
    std::size_t read(std::span<std::byte> into, bool discards) noexcept;

    // Whether the sender should hear of more room, and up to which position; once for each edge.
    bool take_news_of_window(std::uint64_t& edge) noexcept;

    // The sender hears of it.
    void open_window(std::uint64_t edge) noexcept { edge_ = edge > edge_ ? edge : edge_; }

    void set_send_limit(std::size_t bytes) noexcept { send_limit_ = bytes; }

    void set_receive_limit(std::size_t bytes) noexcept { receive_limit_ = bytes; }

    // For the network: when the link is free again, and when the latest piece arrives.
    time_point link_free{};
    time_point last_arrival{};

  private:
    std::size_t send_limit_;
    std::size_t receive_limit_;
    std::uint64_t edge_;      // what the sender knows of the window
    std::uint64_t announced_; // what it will know
    std::uint64_t read_ = 0;
    std::uint64_t arrived_ = 0;
    std::uint64_t departed_ = 0;
    std::uint64_t written_ = 0;
    bool end_wanted_ = false;
    bool end_departed_ = false;
    bool end_arrived_ = false;
    std::vector<std::byte> bytes_; // those from `first_` on are from position read_ on
    std::size_t first_ = 0;
};

} // namespace iapp

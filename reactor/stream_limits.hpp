#pragma once
// stream_limits: the bandwidth limits of one stream.

#include <iapp/reactor/buffer_list.hpp>
#include <iapp/reactor/timer_wheel.hpp>
#include <iapp/reactor/token_bucket.hpp>

#include <cstddef>
#include <optional>

namespace iapp {

struct transport;

// Lives in the reactor's record pool, apart from the transport, because most have none. What comes
// in is counted when it has come: beyond the limit the source is paused until there is room again,
// and what was in flight then is made up for. What goes out waits here and is handed to the engine
// as far as the limit lets it. Nothing is lost to a limit, and bytes keep their order.
class stream_limits {
  public:
    explicit stream_limits(transport& t) noexcept;

    // No bucket: no limit from now on.
    void limit_receive(const std::optional<token_bucket>& bucket);
    void limit_send(const std::optional<token_bucket>& bucket);

    // An item of so many bytes came in.
    void received(std::size_t bytes);

    // What the owner wants; it comes before what the limit wants.
    void pause();
    void resume();

    // Hands over what may go now of `more` and what waits.
    void send(buffer_list more);

    // Bytes that wait here.
    std::size_t waiting_bytes() const noexcept { return waiting_.size_bytes(); }

  private:
    struct limit_timer : timer_node {
        limit_timer(stream_limits& limits, fire_function on_fire) noexcept
            : timer_node{on_fire}, of{limits} {}

        stream_limits& of;
    };

    static std::uint64_t quantum(const token_bucket& bucket) noexcept;
    void wait_for(limit_timer& timer, time_point until);
    void end_hold();
    void hand_over(std::size_t bytes);

    transport& of_;
    std::optional<token_bucket> receive_;
    std::optional<token_bucket> send_;
    limit_timer receive_timer_; // armed while the limit holds the source back
    limit_timer send_timer_;    // armed while bytes wait
    buffer_list waiting_;
    bool paused_by_owner_;
};

} // namespace iapp

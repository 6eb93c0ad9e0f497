#pragma once
// listener: a handle on a listening TCP or Unix socket.

#include <iapp/reactor/stream.hpp>

namespace iapp {

// A connection was accepted. Who lets it go closes it.
struct accepted {
    slot_id from; // listener::id()
    stream connection;
    address peer;
};

struct listener_handlers {
    void (*on_accepted)(void* owner, accepted&& what) = nullptr;
    void (*on_closed)(void* owner, const closed& what) = nullptr;
};

// Accepts by itself once made. When the process or the system has no descriptor or memory left it
// stops for pause_ms, counts the pause, and tries again by timer: connections wait in the kernel's
// queue meanwhile. Handle and thread rules are those of a stream; destroying it closes it.
class listener : public transport_handle {
  public:
    static constexpr std::chrono::milliseconds pause_ms{100};

    listener() noexcept = default;
    listener(listener&&) noexcept = default;
    listener& operator=(listener&&) noexcept = default;

    ~listener();

    // Stops accepting until resume(); connections wait in the kernel's queue, up to the backlog.
    void pause();
    void resume();
    void close();

  private:
    friend class reactor;
    using transport_handle::transport_handle;
};

} // namespace iapp

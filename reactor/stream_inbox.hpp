#pragma once
// stream_inbox: what a stream has received and nobody has taken yet, for owners who ask for bytes
// instead of being told of them.

#include <iapp/reactor/buffer_list.hpp>
#include <iapp/reactor/events.hpp>
#include <iapp/reactor/inbox_waiter.hpp>
#include <iapp/reactor/stream.hpp>
#include <iapp/reactor/timer_wheel.hpp>

#include <cstddef>
#include <system_error>

namespace iapp {

class reactor;

// Made at the first use of a stream by somebody who asks, in the reactor's memory; belongs to the
// stream's handle, moves with it and ends with it. At most one reader and one writer wait at a time
// (checked). Who waits is called by the turn, never from within a call on the stream, and hears of
// the handle's end too. Worker's thread only.
class stream_inbox {
  public:
    // The source is paused when one of these is reached, and goes on when half of both is free.
    // What was in flight is kept all the same.
    static constexpr std::size_t buffers_max = 8;
    static constexpr std::size_t bytes_max = 64 * 1024;

    explicit stream_inbox(reactor& home) noexcept;
    ~stream_inbox();
    stream_inbox(const stream_inbox&) = delete;
    stream_inbox& operator=(const stream_inbox&) = delete;

    // The inbox of a stream; the first call makes it, and begins to receive. A stream whose events
    // go to somebody else cannot have one (checked). Null when the handle is empty or closed.
    static stream_inbox* of(stream& s);

    // Begins to connect a stream that has an inbox. Errors: as reactor::connect().
    static result<stream> connect(reactor& io, const address& to, const connect_options& options);

    reactor& home() const noexcept { return home_; }

    bool connecting() const noexcept { return connecting_; }

    // Closed, or its handle is gone; then `why` says why, if there is an error to tell.
    bool closed() const noexcept { return closed_; }

    std::error_code why() const noexcept { return why_; }

    // Whether take() has something to say.
    bool readable() const noexcept {
        return !front_.empty() || !unread_.empty() || input_over_ || closed_;
    }

    // The oldest bytes not yet taken, `bytes_most` of them or fewer; an empty buffer when the peer
    // has sent all it will; else the error that ended the stream, not_connected when it was closed
    // in order.
    result<buffer> take(std::size_t bytes_most);

    // As on the stream, which may be anywhere.
    write_status write(buffer_list what) { return stream_.write(std::move(what)); }

    std::size_t unsent_bytes() const noexcept { return stream_.unsent_bytes(); }

    // When bytes came or all that was written had left, whichever was last.
    time_point moved() const noexcept { return moved_; }

    // Whether write() would take something.
    bool has_room() const noexcept { return unsent_bytes() < write_limit_bytes; }

    void shutdown_write() { stream_.shutdown_write(); }

    void close() { stream_.close(); }

    // Calls the waiter once, when something has changed for a reader (bytes, the end) or a writer
    // (connected, drained, the end).
    void wait_to_read(inbox_waiter& who);
    void wait_to_write(inbox_waiter& who);

  private:
    friend class stream;
    friend class inbox_waiter;

    struct release_node final : timer_node {
        explicit release_node(stream_inbox& of_) noexcept;
        stream_inbox& of;
    };

    static const stream_handlers handlers;
    static constexpr std::size_t write_limit_bytes = receive_options{}.write_limit_bytes;

    static void on_bytes(void* owner, bytes&& what);
    static void on_drained(void* owner, drained what);
    static void on_input_ended(void* owner, input_ended what);
    static void on_connected(void* owner, connected what);
    static void on_closed(void* owner, const iapp::closed& what);

    void own(stream& s);
    void add(buffer&& what);
    void resume_when_half_free();
    void tell(bool reader, bool writer);
    void forget(const inbox_waiter& who) noexcept;
    void end_if_unused() noexcept;
    // The handle is gone: so is the inbox, when those who wait have been told.
    void handle_gone() noexcept;
    bool is_full() const noexcept;

    reactor& home_;
    stream stream_; // the same stream under a second handle, which does not close it
    buffer front_;  // what is left of a buffer of which a part was taken
    buffer_list unread_;
    std::size_t unread_buffers_ = 0;
    time_point moved_{};
    inbox_waiter* reader_ = nullptr;
    inbox_waiter* writer_ = nullptr;
    release_node release_;
    std::error_code why_;
    bool connecting_ = false;
    bool paused_ = false;
    bool input_over_ = false;
    bool closed_ = false;
    bool telling_ = false;
    bool orphaned_ = false;
};

} // namespace iapp

#pragma once
// stream: a handle on a connected (or connecting) TCP or Unix stream.

#include <iapp/reactor/buffer_list.hpp>
#include <iapp/reactor/events.hpp>
#include <iapp/reactor/socket_options.hpp>
#include <iapp/reactor/transport_handle.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <utility>

namespace iapp {

class stream_inbox;

// Whom a stream tells: functions that get `owner` as their first argument. A null function: the
// owner does not want to know. Called by the worker's turn, never from within a call on the stream.
struct stream_handlers {
    void (*on_bytes)(void* owner, bytes&& what) = nullptr;
    void (*on_drained)(void* owner, drained what) = nullptr;
    void (*on_input_ended)(void* owner, input_ended what) = nullptr;
    void (*on_connected)(void* owner, connected what) = nullptr;
    void (*on_closed)(void* owner, const closed& what) = nullptr;
};

struct receive_options {
    // The most that one `bytes` holds: 1 byte to 1 MiB. A buffer is taken from the pool only when
    // there is something to read.
    std::uint32_t io_size_bytes = 16 * 1024;
    // Throw the bytes away in the kernel where it can, and only count them.
    bool discard = false;
    // write() says `full` once this much waits to be sent, and refuses from then on.
    std::uint32_t write_limit_bytes = 256 * 1024;
};

struct connect_options {
    std::chrono::milliseconds deadline{10'000}; // then it closes with timed_out; 0: the system's
    stream_options stream = {};
};

enum class write_status : std::uint8_t {
    ok,
    full,    // taken, and the limit is reached: wait for `drained` before writing more
    refused, // not taken: the limit was reached before, or the write side is shut or closing
};

// Destroying the handle stops all messages at once and closes the stream as close() does. All calls
// belong to the worker's thread; on an empty or closed handle they do nothing and report failure.
// It stays on the worker that has accepted or connected it: an actor of another one cannot have it
// (checked where it is started or awaited).
class stream : public transport_handle {
  public:
    // What close() leaves behind may take this long to be sent before it is dropped with a reset.
    static constexpr std::chrono::milliseconds flush_max{5'000};

    stream() noexcept = default;

    stream(stream&& other) noexcept
        : transport_handle{std::move(other)}, inbox_{std::exchange(other.inbox_, nullptr)} {}

    stream& operator=(stream&& other) noexcept {
        transport_handle::operator=(std::move(other));
        std::swap(inbox_, other.inbox_);
        return *this;
    }

    ~stream();

    // Begins to receive, and makes `owner` the one to be told. A stream is started once; before
    // that nothing is read from it, and afterwards its owner stays.
    void start(const stream_handlers& handlers, void* owner, const receive_options& options = {});

    // Takes buffers to be sent in order after what was written before. The bytes of a shared
    // buffer must not change until they are sent. While a connect is under way they wait for it,
    // and are dropped if it fails or close() comes first.
    write_status write(buffer_list what);

    // No more `bytes` until resume(), except for what was in flight.
    void pause();
    void resume();

    // Lets bytes pass at this rate on the average, each way by itself, with bursts of so many bytes
    // (0: what flows in a tenth of a second); a rate of 0 ends the limit. Bursts should be worth
    // some milliseconds at least, which is what timers resolve. A received item counts when it has
    // come, whole, so one may exceed the burst, and so may what was in flight; then nothing comes
    // until that is made up for. pause() and resume() work as ever. What may not be sent yet waits
    // in the stream and counts as unsent, for write_limit_bytes and for flush_max.
    void limit_receive(std::uint64_t bytes_per_second, std::uint64_t burst_bytes = 0);
    void limit_send(std::uint64_t bytes_per_second, std::uint64_t burst_bytes = 0);

    // Half-close: when all that was written is sent, the peer sees the end. Receiving goes on.
    void shutdown_write();

    // Stops receiving, sends what was written (at most flush_max), then closes. Bytes that the
    // peer sent and nobody read make the kernel answer with a reset: to be sure that the peer gets
    // the last bytes, shutdown_write() and wait for input_ended first.
    void close();

    // Closes at once with a reset (RST); what was not sent is dropped.
    void abort();

    // Bytes taken by write() and not yet handed to the kernel.
    std::size_t unsent_bytes() const noexcept;
    result<address> peer_address() const;
    std::error_code set_options(const stream_options& options);

  private:
    friend class reactor;
    friend class stream_inbox;
    friend struct listener_side;
    using transport_handle::transport_handle;

    stream_inbox* inbox_ = nullptr; // of an owner who asks for bytes instead of being told
};

} // namespace iapp

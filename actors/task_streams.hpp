#pragma once
// Streams in tasks: reading, writing, ending.

#include <iapp/actors/stream_operation.hpp>
#include <iapp/actors/task.hpp>
#include <iapp/reactor/buffer_list.hpp>

#include <cstddef>
#include <cstdint>

namespace iapp {

// What arrives meanwhile is kept for the next read, at most 64 KiB or 8 buffers; then the stream is
// paused until half of it is taken. The stream may be any that cx.start() has not given to an
// actor: an accepted one, one of cx.connect() or tcp::connect(). It stays where it is while the
// operation begins; it may be moved, closed or destroyed afterwards, of which the operation hears.
// One task reads a stream at a time, and one writes, shuts or closes it (checked).
struct read_options {
    std::size_t bytes_most = SIZE_MAX;
    duration deadline = duration::max(); // then it fails with timed_out, and no byte is lost
};

namespace detail {

class read_operation final : public stream_operation {
  public:
    read_operation(stream& from, const read_options& options) noexcept
        : stream_operation{&from, side::reads, options.deadline}, bytes_most_{options.bytes_most} {}

    result<buffer> take();

  private:
    bool step() override { return inbox().readable(); }

    std::size_t bytes_most_;
};

class write_operation final : public stream_operation {
  public:
    write_operation(stream& to, buffer_list&& what, duration deadline) noexcept
        : stream_operation{&to, side::writes, deadline}, what_{std::move(what)} {}

    result<void> take() const noexcept { return failure(); }

  private:
    bool step() override;

    buffer_list what_;
    bool taken_ = false;
};

class shutdown_operation final : public stream_operation {
  public:
    explicit shutdown_operation(stream& of) noexcept
        : stream_operation{&of, side::writes, duration::max()} {}

    result<void> take() const noexcept { return failure(); }

  private:
    bool step() override;
};

class close_operation final : public stream_operation {
  public:
    explicit close_operation(stream& of) noexcept
        : stream_operation{&of, side::writes, duration::max()} {}

    result<void> take() const noexcept { return failure(); }

  private:
    bool step() override;
};

} // namespace detail

// The next bytes, as they came; an empty buffer at the end of input.
inline operation<detail::read_operation> read(stream& from, const read_options& options = {}) {
    static_assert(std::is_trivially_destructible_v<read_options>); // see task.hpp
    return operation<detail::read_operation>{std::in_place, from, options};
}

// Exactly `count` bytes (at most buffer_pool::largest_bytes): a part of what came, or a copy if
// they came in pieces. Fails with connection_aborted when the input ends before.
task<buffer> read_exactly(stream& from, std::size_t count);

// Hands the buffers to the stream, and goes on when it has room for more: waits for that first if
// it has none, and afterwards if it is full then. With timed_out they may have been taken or not.
inline operation<detail::write_operation> write(stream& to, buffer_list what,
                                                duration deadline = duration::max()) {
    return operation<detail::write_operation>{std::in_place, to, std::move(what), deadline};
}

// Half-closes when all that was written is sent.
inline operation<detail::shutdown_operation> shutdown(stream& of) {
    return operation<detail::shutdown_operation>{std::in_place, of};
}

// Closes as stream::close() does, and waits for its end; the error is the one that ended the
// stream.
inline operation<detail::close_operation> close(stream& of) {
    return operation<detail::close_operation>{std::in_place, of};
}

} // namespace iapp

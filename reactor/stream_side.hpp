#pragma once
// The inside of a stream: what happens to its record when operations complete.

#include <iapp/reactor/transport.hpp>

namespace iapp {

class stream_limits;

// A stream connects (perhaps), then receives and sends side by side, then closes:
//
//   connecting --> open --+-- the peer's end --> input over --+
//       |                 |                                   +-- both --> closing --> closed
//       |                 +-- shutdown_write --> shut --------+               ^
//       +--- deadline, error, close(), abort() -------------------------------+
//
// close() goes through a flush first. An error on either side closes at once: after a reset the
// other side of the connection is lost too.
struct stream_side {
    static const transport_events events;

    static void begin_connecting(transport& t, const address& to, duration deadline);
    static void begin_receiving(transport& t);
    static void begin_sending(transport& t);
    static void pause_input(transport& t);
    static void resume_input(transport& t);
    // Taken by write() and not yet handed to the kernel.
    static std::size_t unsent_bytes(const transport& t) noexcept;
    // Made when there are none.
    static stream_limits& limits_of(transport& t);
    // The queue may be empty: does what was put off until then.
    static void after_output(transport& t);
    static void close(transport& t);
    static void fail(transport& t, std::error_code why);
    static void reset(transport& t, std::error_code why);

  private:
    static void received(transport& t, buffer&& data, std::size_t size);
    static void input_over(transport& t, std::error_code why);
    static std::error_code shut_output(transport& t);
    static void output_over(transport& t, std::error_code why);
    static void connect_over(transport& t, std::error_code why);
    static void close_when_done(transport& t);
    static void deadline_passed(transport& t);
};

} // namespace iapp

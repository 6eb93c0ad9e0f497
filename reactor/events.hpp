#pragma once
// What the reactor tells the owner of a socket. An actor gets these as messages to its on(...).

#include <iapp/mailbox/slot_table.hpp>
#include <iapp/reactor/buffer.hpp>

#include <cstddef>
#include <system_error>

namespace iapp {

// Bytes arrived. `data` is empty when they were discarded as asked; `size` counts them either way.
struct bytes {
    slot_id from; // stream::id()
    buffer data;
    std::size_t size = 0;
};

// Everything that write() took has been handed to the kernel.
struct drained {
    slot_id from;
};

// The peer has sent all it will; writing goes on. Without a handler for it the stream closes.
struct input_ended {
    slot_id from;
};

// A connect succeeded.
struct connected {
    slot_id from;
};

// The last thing about a stream, listener or watch: its descriptor is closed (a watch's is given
// back). No error: closed in order. Comes once, unless its handle was destroyed before.
struct closed {
    slot_id from;
    std::error_code why;
};

// A watched descriptor is ready.
struct watched {
    slot_id from; // watch::id()
    bool readable = false;
    bool writable = false;
};

} // namespace iapp

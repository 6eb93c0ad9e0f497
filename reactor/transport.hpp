#pragma once
// transport: the record of one socket in its worker's table, with the operations under way on it.

#include <iapp/mailbox/slot_table.hpp>
#include <iapp/reactor/buffer_list.hpp>
#include <iapp/reactor/kernel.hpp>

#include <boost/intrusive/list_hook.hpp>

#include <cstdint>
#include <system_error>

namespace iapp {

class reactor;
class stream_limits;
struct deadline_record;
struct transport;

// What can be waited for on a descriptor, as bits.
struct interest {
    bool read = false;
    bool write = false;
    friend bool operator==(interest, interest) = default;
};

// The source that a transport's input side runs, and the one-shot on its output side.
enum class input_kind : std::uint8_t { none, accept, receive, discard, watch };
enum class output_kind : std::uint8_t { none, connect, send };

// Whom the engine tells, always from within a turn, never from within the call that started the
// operation. Each started source yields items and ends once; each started one-shot ends once; each
// close ends once, after all else on that transport.
struct transport_events {
    // An item of a receive source, or of a discard (then `data` is empty).
    void (*received)(transport&, buffer&& data, std::size_t bytes);
    void (*accepted)(transport&, descriptor connection, const address& peer);
    void (*ready)(transport&, interest what);
    // No error: the peer has sent all it will.
    void (*input_ended)(transport&, std::error_code why);
    void (*output_ended)(transport&, std::error_code why);
    void (*closed)(transport&);
    // Of the reactor, not the engine: the transport's timer has fired.
    void (*deadline_passed)(transport&);
};

// Notes of a readiness engine about a transport.
struct readiness_state {
    interest wanted;      // what the operations wait for
    interest registered;  // what the poller was told
    bool known = false;   // the poller has been told at least once
    bool readable = true; // until an attempt says otherwise: operations are tried first
    bool writable = true;
    bool ended = false;     // the poller saw the end or an error: read on until it shows
    bool level = false;     // report for as long as it is so (a watch), not only changes
    bool starved = false;   // in the list of those that wait for memory
    bool changed = false;   // in the list of changes to tell the poller
    std::int32_t error = 0; // what the poller reported
};

// Notes of an engine that works by a ring of completions about a transport. At most one operation
// is under way on each side; it is `armed` from when it is noted to its last completion.
struct ring_state {
    static constexpr std::uint16_t no_buffers = UINT16_MAX;

    bool input_armed = false;
    bool output_armed = false;
    bool input_canceling = false; // the kernel was asked to end it
    bool output_canceling = false;
    bool connecting = false;            // the connect did not end at once
    bool starved = false;               // in the list of those that wait for memory
    bool queued = false;                // waits for its turn to have a buffer
    bool ended = false;                 // the source is over, which is told after what is held
    interest watched;                   // what the watch under way asks for
    std::uint16_t buffers = no_buffers; // the ring of buffers that it receives into
    std::int32_t error = 0;             // with `ended`
    buffer_list held;                   // came while paused
    std::size_t held_bytes = 0;         // the same of a discard
};

// Owned by the reactor's table and named by slot and generation; the fields are for the engine and
// for the layer that made it (stream, listener, watch), nobody else. One worker's thread.
//
// A worker with many sockets finds each record cold, so what every read and every write touch
// stands first, in as few cache lines as it takes; what belongs to pauses and to a socket's
// beginning and end follows.
struct transport
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    slot_id id;
    class reactor* home = nullptr;
    const transport_events* events = nullptr;
    void* owner = nullptr; // of the layer above; null: nobody is to be told any more
    const void* handlers = nullptr;
    descriptor fd = no_descriptor;
    std::uint32_t io_size_bytes = 0; // the most that one item of a receive source holds
    input_kind input = input_kind::none;
    output_kind output = output_kind::none;
    bool input_paused = false;
    bool cancel_input = false;
    bool cancel_output = false;
    bool closing = false;
    bool foreign = false; // the descriptor belongs to somebody else: never close it
    bool local = false;   // a stream over a Unix socket
    readiness_state ready;

    // The layer above the engine.
    std::uint32_t write_limit_bytes = 0;
    bool connecting = false;
    bool named = false; // a listener whose file has to be removed
    bool started = false;
    bool discards = false;
    bool input_over = false;
    bool shutdown_wanted = false;
    bool shutdown_done = false;
    bool close_wanted = false;
    stream_limits* limits = nullptr; // of a stream that has some

    buffer_list unsent; // what the send under way still has to send
    ring_state ring;
    std::error_code outcome; // how a connect ended, until it is delivered

    // The layer above again.
    deadline_record* deadline = nullptr;
    std::error_code why; // what `closed` will say
};

// Whom to tell; a table of null functions when nobody is to be told.
template <class Handlers>
const Handlers& handlers_of(const transport& t) noexcept {
    static constexpr Handlers nobody{};
    return t.owner == nullptr ? nobody : *static_cast<const Handlers*>(t.handlers);
}

} // namespace iapp

// What the io_uring engine submits: sources, one-shots and their cancellation.

#include <iapp/reactor/io_uring/uring_engine.hpp>

#include <algorithm>
#include <poll.h>

namespace iapp {

io_uring_sqe& uring_engine::arm_input(transport& t) {
    io_uring_sqe& entry = ring_->next_entry();
    entry.fd = t.fd;
    entry.user_data = operation_key{t.id, operation_kind::input}.to_word();
    t.ring.input_armed = true;
    return entry;
}

io_uring_sqe& uring_engine::arm_output(transport& t) {
    io_uring_sqe& entry = ring_->next_entry();
    entry.fd = t.fd;
    entry.user_data = operation_key{t.id, operation_kind::output}.to_word();
    t.ring.output_armed = true;
    return entry;
}

void uring_engine::stop_input(transport& t) {
    if (t.ring.input_armed && !t.ring.input_canceling) {
        t.ring.input_canceling = true;
        cancel_operation(t, operation_kind::input, operation_kind::cancel_input);
    }
}

void uring_engine::stop_output(transport& t) {
    if (t.ring.output_armed && !t.ring.output_canceling) {
        t.ring.output_canceling = true;
        cancel_operation(t, operation_kind::output, operation_kind::cancel_output);
    }
}

// Only a cancellation that finds nothing completes by itself; otherwise the operation's own
// completion says it.
void uring_engine::cancel_operation(const transport& t, operation_kind which, operation_kind by) {
    io_uring_sqe& entry = ring_->next_entry();
    entry.opcode = IORING_OP_ASYNC_CANCEL;
    entry.fd = -1;
    entry.addr = operation_key{t.id, which}.to_word();
    entry.flags = IOSQE_CQE_SKIP_SUCCESS;
    entry.user_data = operation_key{t.id, by}.to_word();
}

void uring_engine::begin_watch(transport& t) {
    const interest wanted = t.ring.watched;
    io_uring_sqe& entry = arm_input(t);
    entry.opcode = IORING_OP_POLL_ADD;
    entry.poll32_events = static_cast<unsigned>((wanted.read ? POLLIN | POLLRDHUP : 0) |
                                                (wanted.write ? POLLOUT : 0));
}

void uring_engine::begin_source(transport& t) {
    if (t.input != input_kind::accept) {
        arm_receive(t);
        return;
    }
    io_uring_sqe& entry = arm_input(t);
    entry.opcode = IORING_OP_ACCEPT;
    entry.ioprio = IORING_ACCEPT_MULTISHOT;
    entry.accept_flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
}

void uring_engine::arm_receive(transport& t, bool once) {
    if (t.ring.buffers == ring_state::no_buffers) {
        t.ring.buffers = buffers_.number_for(t.io_size_bytes);
    }
    // Only a receive of one item takes a length of its own.
    const bool larger = buffers_[t.ring.buffers].item_bytes() > t.io_size_bytes;
    io_uring_sqe& entry = arm_input(t);
    entry.opcode = IORING_OP_RECV;
    // Not IORING_RECVSEND_POLL_FIRST, though a new connection rarely has bytes yet: where bytes and
    // a hang-up are there already, that receives the bytes and then waits for a change that never
    // comes (seen with Linux 6.18).
    // A Unix socket, too, is asked anew after each item: a multishot receive that has to be put off
    // by the kernel between two of them, which is after 32, does not look for an end that is there
    // already (seen with Linux 6.18). It costs an echo over Unix sockets 12 % of its CPU.
    entry.ioprio = once || larger || t.local ? 0 : IORING_RECV_MULTISHOT;
    entry.len = larger ? t.io_size_bytes : 0;
    entry.flags = IOSQE_BUFFER_SELECT;
    entry.buf_group = t.ring.buffers;
    entry.msg_flags = t.input == input_kind::discard ? MSG_TRUNC : 0;
}

void uring_engine::begin_connect(transport& t) {
    io_uring_sqe& entry = arm_output(t);
    entry.opcode = IORING_OP_POLL_ADD;
    entry.poll32_events = POLLOUT;
}

// Not by zero copy (SEND_ZC): over the loopback interface the kernel copies in any case, as its
// notifications say, and pinning pages and the second completion are a cost: at 64 KiB a sender
// pays 1.5 times the CPU, at 256 KiB 1.9 times. Where a network card takes the bytes a threshold
// has still to be measured.
void uring_engine::begin_send(transport& t) {
    std::array<std::span<const std::byte>, 2> slices;
    const std::size_t used = t.unsent.gather(slices);
    if (used == 1) {
        io_uring_sqe& entry = arm_output(t);
        entry.opcode = IORING_OP_SEND;
        entry.addr = reinterpret_cast<std::uintptr_t>(slices[0].data());
        entry.len = static_cast<std::uint32_t>(slices[0].size());
        entry.msg_flags = MSG_NOSIGNAL;
        return;
    }
    if (sends_.full()) {
        ring_->submit();
        if (ring_->unsubmitted() > 0) {
            serve_later(t);
            return;
        }
        sends_.reset();
    }
    io_uring_sqe& entry = arm_output(t);
    entry.opcode = IORING_OP_SENDMSG;
    entry.addr = reinterpret_cast<std::uintptr_t>(&sends_.gather(t.unsent));
    entry.len = 1;
    entry.msg_flags = MSG_NOSIGNAL;
}

void uring_engine::wait_for_buffer(transport& t) {
    t.ring.queued = true;
    buffers_[t.ring.buffers].waiting.push_back(t.id);
}

// The pool had nothing for its ring of buffers.
void uring_engine::starve(transport& t) {
    ++counters_.waits_for_memory;
    wait_for_memory(t);
}

void uring_engine::arm_waiting() {
    for (const auto& one : buffers_) {
        told_ |= arm_waiting(*one);
    }
}

// Of those that wait as many as there are buffers, each for one: begun as multishot, the first
// would take them all and the others find none again. In bulk it is one at a time that may take
// them all: its bytes are in the processor's cache together, or none are. Whether some are left.
bool uring_engine::arm_waiting(buffer_ring& of) {
    const bool any = of.refill();
    const bool bulk = of.bulk();
    unsigned turns = bulk ? 1 : of.ready();
    while (!of.waiting.empty() && (!any || turns > 0) && ring_->make_room(1)) {
        transport* t = transports_.find(of.waiting.front());
        of.waiting.pop_front();
        if (t == nullptr || !std::exchange(t->ring.queued, false) || t->closing ||
            t->cancel_input) {
            continue;
        }
        if (!any) {
            starve(*t);
        } else if (!t->input_paused) { // else it is begun when it is resumed
            arm_receive(*t, !bulk && !of.waiting.empty());
            --turns;
        }
    }
    return !of.waiting.empty();
}

} // namespace iapp

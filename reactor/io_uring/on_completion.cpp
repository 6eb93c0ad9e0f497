// What the io_uring engine makes of completions.

#include <iapp/reactor/io_uring/uring_engine.hpp>

#include <cerrno>
#include <poll.h>

namespace iapp {

namespace {

std::error_code error_of(std::int32_t outcome) noexcept {
    return {outcome < 0 ? -outcome : 0, std::system_category()};
}

// Begun anew, it goes on.
bool is_passing(std::int32_t outcome) noexcept {
    return outcome == -ECANCELED || outcome == -EINTR || outcome == -EAGAIN;
}

// A connection that was reset while it waited concerns nobody.
bool is_peers_affair(std::int32_t outcome) noexcept {
    return outcome == -ECONNABORTED || outcome == -EPROTO;
}

} // namespace

void uring_engine::reap() {
    unsigned left = completions_per_poll;
    for (const io_uring_cqe* c; left > 0 && (c = ring_->first()) != nullptr; --left) {
        const io_uring_cqe one = *c;
        ring_->next();
        dispatch(one.user_data, one.res, one.flags);
    }
    work_left_ = left == 0;
}

void uring_engine::dispatch(std::uint64_t word, std::int32_t outcome, std::uint32_t flags) {
    const operation_key key = operation_key::from_word(word);
    if (key.kind == operation_kind::wake || key.kind == operation_kind::wake_poll) {
        on_wake(key.kind == operation_kind::wake_poll && (flags & IORING_CQE_F_MORE) == 0);
        return;
    }
    transport* t = transports_.find(key.id);
    if (t == nullptr) {
        return; // a cancellation that came too late
    }
    switch (key.kind) {
    case operation_kind::input:
        on_input(*t, outcome, flags);
        break;
    case operation_kind::output:
        on_output(*t, outcome);
        break;
    default:
        on_canceled(*t, key.kind);
    }
}

// The operation was not found, or just then at work. Its own completion comes or has come; if not,
// it is canceled anew.
void uring_engine::on_canceled(transport& t, operation_kind by) {
    if (by == operation_kind::cancel_input) {
        t.ring.input_canceling = false;
    } else {
        t.ring.output_canceling = false;
    }
    serve_later(t);
}

void uring_engine::on_input(transport& t, std::int32_t outcome, std::uint32_t flags) {
    const bool more = (flags & IORING_CQE_F_MORE) != 0;
    if (!more) {
        t.ring.input_armed = false;
        t.ring.input_canceling = false;
    }
    const bool wanted = wants_input(t);
    if (t.input == input_kind::watch) {
        if (wanted) {
            on_ready(t, outcome);
        }
    } else if (t.input == input_kind::accept) {
        if (outcome >= 0) {
            on_accepted(t, outcome, wanted);
        }
    } else {
        on_received(t, outcome, flags, wanted);
    }
    if (more) {
        return;
    }
    if (wants_input(t)) {
        on_source_over(t, outcome);
    }
    if (t.closing || t.input != input_kind::none) {
        serve_later(t);
    }
}

void uring_engine::on_ready(transport& t, std::int32_t outcome) {
    if (outcome < 0) {
        return;
    }
    const bool ended = (outcome & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
    tell_ready(t, {ended || (outcome & POLLIN) != 0, ended || (outcome & POLLOUT) != 0});
}

void uring_engine::on_received(transport& t, std::int32_t outcome, std::uint32_t flags,
                               bool wanted) {
    if ((flags & IORING_CQE_F_BUFFER) == 0) {
        return;
    }
    const auto number = static_cast<std::uint16_t>(flags >> IORING_CQE_BUFFER_SHIFT);
    buffer_ring& from = buffers_[t.ring.buffers];
    if (outcome <= 0 || !wanted || t.input == input_kind::discard) {
        from.reuse(number);
    }
    if (outcome <= 0 || !wanted) {
        return;
    }
    const auto bytes = static_cast<std::size_t>(outcome);
    buffer data = t.input == input_kind::discard ? buffer{} : from.take(number, bytes);
    tell_or_hold(t, std::move(data), bytes);
}

// A source's last completion, while it is wanted on.
void uring_engine::on_source_over(transport& t, std::int32_t outcome) {
    const bool receives = t.input == input_kind::receive || t.input == input_kind::discard;
    if (outcome > 0 && receives && !buffers_[t.ring.buffers].waiting.empty()) {
        wait_for_buffer(t);
        return; // it had its turn
    }
    if (outcome > 0 || is_passing(outcome) || is_peers_affair(outcome) ||
        (outcome == 0 && !receives)) {
        return; // the completion queue was full, or it was paused: begun anew when it may go on
    }
    if (outcome == -ENOBUFS && receives) {
        buffer_ring& from = buffers_[t.ring.buffers];
        from.grow();
        ++counters_.out_of_buffers;
        if (from.refill()) {
            wait_for_buffer(t);
        } else {
            starve(t);
        }
        return;
    }
    on_end(t, error_of(outcome));
}

void uring_engine::on_output(transport& t, std::int32_t outcome) {
    t.ring.output_armed = false;
    t.ring.output_canceling = false;
    if (t.output == output_kind::send) {
        on_sent(t, outcome);
    } else if (t.output == output_kind::connect && !t.closing && !t.cancel_output &&
               !is_passing(outcome)) {
        t.ring.connecting = false;
        end_output(t, outcome < 0 ? error_of(outcome) : os_.connect_outcome(t.fd));
    }
    if (t.closing || t.cancel_output || (t.output != output_kind::none && !t.ring.output_armed)) {
        serve_later(t);
    }
}

void uring_engine::on_sent(transport& t, std::int32_t outcome) {
    if (outcome > 0) {
        t.unsent.consume(static_cast<std::size_t>(outcome));
        if (t.unsent.empty() && !t.closing) {
            end_output(t, {});
        }
    } else if (outcome < 0 && !is_passing(outcome) && !t.closing) {
        end_output(t, error_of(outcome));
    }
}

} // namespace iapp

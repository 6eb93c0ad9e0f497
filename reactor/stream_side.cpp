#include <iapp/reactor/stream_side.hpp>

#include <iapp/reactor/reactor.hpp>
#include <iapp/reactor/stream_limits.hpp>

namespace iapp {

namespace {

const stream_handlers& handlers_of(const transport& t) noexcept {
    return iapp::handlers_of<stream_handlers>(t);
}

} // namespace

const transport_events stream_side::events{
    .received = &stream_side::received,
    .accepted = nullptr,
    .ready = nullptr,
    .input_ended = &stream_side::input_over,
    .output_ended = &stream_side::output_over,
    .closed = &reactor::tell_closed<stream_handlers>,
    .deadline_passed = &stream_side::deadline_passed,
};

void stream_side::begin_connecting(transport& t, const address& to, duration deadline) {
    t.connecting = true;
    if (deadline > duration::zero()) {
        t.home->arm_deadline(t, deadline);
    }
    ++t.home->counters_.ops_started;
    t.home->engine_->start_connect(t, to);
}

void stream_side::begin_receiving(transport& t) {
    t.home->start_input(t, t.discards ? input_kind::discard : input_kind::receive);
}

void stream_side::begin_sending(transport& t) {
    if (!t.connecting && t.output == output_kind::none && !t.unsent.empty()) {
        ++t.home->counters_.ops_started;
        t.home->engine_->start_send(t);
    }
}

void stream_side::pause_input(transport& t) {
    t.home->engine_->pause_input(t);
}

void stream_side::resume_input(transport& t) {
    t.home->engine_->resume_input(t);
}

std::size_t stream_side::unsent_bytes(const transport& t) noexcept {
    return t.unsent.size_bytes() + (t.limits == nullptr ? 0 : t.limits->waiting_bytes());
}

stream_limits& stream_side::limits_of(transport& t) {
    if (t.limits == nullptr) {
        t.limits = t.home->records_.make<stream_limits>(t);
    }
    return *t.limits;
}

void stream_side::received(transport& t, buffer&& data, std::size_t size) {
    t.home->counters_.bytes_in += size;
    if (t.limits != nullptr) {
        t.limits->received(size); // before its owner hears of it, who may close the stream
    }
    if (const auto tell = handlers_of(t).on_bytes) {
        tell(t.owner, {t.id, std::move(data), size});
    }
}

void stream_side::input_over(transport& t, std::error_code why) {
    ++t.home->counters_.ops_ended;
    t.input_over = true;
    if (t.closing || t.close_wanted) {
        return;
    }
    if (why) {
        fail(t, why);
    } else if (handlers_of(t).on_input_ended != nullptr) {
        handlers_of(t).on_input_ended(t.owner, {t.id});
        close_when_done(t);
    } else {
        close(t);
    }
}

void stream_side::output_over(transport& t, std::error_code why) {
    ++t.home->counters_.ops_ended;
    if (t.connecting) {
        connect_over(t, why);
    } else if (t.closing) {
        return;
    } else if (why) {
        fail(t, why);
    } else if (unsent_bytes(t) == 0) { // else the rest waits for its limit
        if (!t.close_wanted && handlers_of(t).on_drained != nullptr) {
            handlers_of(t).on_drained(t.owner, {t.id});
        }
        after_output(t);
    }
}

void stream_side::connect_over(transport& t, std::error_code why) {
    t.home->disarm_deadline(t);
    t.connecting = false;
    if (t.closing) {
        return;
    }
    if (why) {
        fail(t, why);
        return;
    }
    if (t.started) {
        begin_receiving(t);
    }
    begin_sending(t);
    if (handlers_of(t).on_connected != nullptr) {
        handlers_of(t).on_connected(t.owner, {t.id});
    }
    after_output(t);
}

// not_connected: the peer's reset has come already. Unix sockets know none; FreeBSD says it of one
// whose peer has closed, and then nobody is left to hear of our end.
std::error_code stream_side::shut_output(transport& t) {
    const std::error_code why = t.home->os_->shutdown_write(t.fd);
    return t.local && why == std::errc::not_connected ? std::error_code{} : why;
}

void stream_side::after_output(transport& t) {
    if (t.closing || t.connecting || t.output != output_kind::none || unsent_bytes(t) > 0) {
        return;
    }
    if (t.close_wanted) {
        t.home->close(t);
        return;
    }
    if (t.shutdown_wanted && !t.shutdown_done) {
        t.shutdown_done = true;
        if (const std::error_code why = shut_output(t)) {
            fail(t, why);
            return;
        }
        close_when_done(t);
    }
}

void stream_side::close_when_done(transport& t) {
    if (t.input_over && t.shutdown_done && !t.closing) {
        t.home->close(t);
    }
}

void stream_side::close(transport& t) {
    if (t.closing || t.close_wanted) {
        return;
    }
    t.close_wanted = true;
    t.home->engine_->cancel_input(t);
    if (t.connecting) {
        t.home->close(t);
    } else if (t.output != output_kind::none || unsent_bytes(t) > 0) {
        t.home->arm_deadline(t, stream::flush_max);
    } else {
        t.home->close(t);
    }
}

void stream_side::fail(transport& t, std::error_code why) {
    t.why = t.why ? t.why : why;
    t.home->close(t);
}

void stream_side::reset(transport& t, std::error_code why) {
    t.home->os_->reset_on_close(t.fd);
    fail(t, why);
}

void stream_side::deadline_passed(transport& t) {
    const std::error_code late = std::make_error_code(std::errc::timed_out);
    if (t.connecting) {
        fail(t, late);
    } else {
        reset(t, late); // the flush before a close
    }
}

} // namespace iapp

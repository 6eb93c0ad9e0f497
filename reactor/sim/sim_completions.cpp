// What the completing engine tells of its completions.

#include <iapp/reactor/sim/sim_engine.hpp>

#include <algorithm>

namespace iapp {

namespace {

// Begun anew, it goes on.
bool is_passing(std::error_code why) noexcept {
    return why == std::errc::operation_canceled || why == std::errc::interrupted;
}

} // namespace

void sim_engine::tell_some() {
    for (unsigned i = 0; i < told_per_poll && !completions_.empty(); ++i) {
        const completion c = take_completion();
        transport& t = *transports_.find(c.of); // lives: it closes after its last completion
        if (c.on == side::input) {
            on_input(t, c);
        } else {
            on_output(t, c);
        }
    }
}

// Those of one operation stay in their order.
sim_engine::completion sim_engine::take_completion() {
    auto next = completions_.begin();
    if (completions_.size() > 1 && network_.draw(&sim_faults::reordered)) {
        const completion& any = completions_[network_.below(completions_.size())];
        next = std::find_if(completions_.begin(), completions_.end(), [&](const completion& one) {
            return one.of == any.of && one.on == any.on;
        });
    }
    const completion taken = *next;
    completions_.erase(next);
    return taken;
}

void sim_engine::on_input(transport& t, const completion& c) {
    operation& o = state_of(t.fd).input;
    if (c.last) {
        t.ring.input_armed = false;
    } else if (o.of == &t) {
        --o.untold;
        queue(t.fd); // it may have stopped because too many were untold
    }
    const bool wanted = wants_input(t);
    const bool item = !c.error && c.value > 0;
    if (t.input == input_kind::watch) {
        if (wanted) {
            tell_ready(t, c.ready);
        }
    } else if (t.input == input_kind::accept) {
        if (!c.error) {
            on_accepted(t, static_cast<descriptor>(c.value), wanted);
        }
    } else if (item) {
        on_item(t, c, wanted);
    }
    if (!c.last) {
        return;
    }
    const bool receives = t.input == input_kind::receive || t.input == input_kind::discard;
    if (wants_input(t) && (c.error || (receives && !item))) {
        on_source_over(t, c.error);
    }
    serve_later(t);
}

void sim_engine::on_item(transport& t, const completion& c, bool wanted) {
    buffer data = c.block == nullptr ? buffer{} : pool_.hand_out(c.block, c.value);
    if (wanted) {
        tell_or_hold(t, std::move(data), c.value);
    }
}

// A source's last completion, while it is wanted on.
void sim_engine::on_source_over(transport& t, std::error_code why) {
    if (is_passing(why)) {
        return; // begun anew when it may go on
    }
    if (why == std::errc::no_buffer_space && t.input != input_kind::accept) {
        wait_for_memory(t);
    } else {
        on_end(t, why);
    }
}

void sim_engine::on_output(transport& t, const completion& c) {
    t.ring.output_armed = false;
    if (t.output == output_kind::send) {
        t.unsent.consume(c.value);
        if (t.closing || is_passing(c.error)) {
            // goes on, or is ended by who serves it
        } else if (c.error) {
            end_output(t, c.error);
        } else if (t.unsent.empty()) {
            end_output(t, {});
        }
    } else if (t.output == output_kind::connect && !t.closing && !t.cancel_output &&
               !is_passing(c.error)) {
        t.ring.connecting = false;
        end_output(t, os_.connect_outcome(t.fd));
    }
    serve_later(t);
}

} // namespace iapp

// What the simulated kernel does for the completing engine: operations go on until they end.

#include <iapp/reactor/sim/sim_engine.hpp>

#include <algorithm>
#include <array>

namespace iapp {

namespace {

constexpr std::size_t slices_per_send = 64;

} // namespace

sim_engine::descriptor_state& sim_engine::state_of(descriptor fd) {
    const auto index = static_cast<std::size_t>(fd);
    if (states_.size() <= index) {
        states_.resize(index + 1);
    }
    return states_[index];
}

void sim_engine::queue(descriptor fd) {
    if (!std::exchange(state_of(fd).queued, true)) {
        ready_.push_back(fd);
    }
}

void sim_engine::lost(descriptor fd) noexcept {
    descriptor_state& s = state_of(fd);
    if (s.input.cancel_after > 0 || s.output.cancel_after > 0) {
        return; // also where the process is killed, for nobody will ask again
    }
    s.queued = false;
    std::erase(ready_, fd);
}

bool sim_engine::has_news() const noexcept {
    return has_work() || !ready_.empty() || woken_.load(std::memory_order_acquire);
}

void sim_engine::begin(transport& t, side on) {
    descriptor_state& s = state_of(t.fd);
    (on == side::input ? s.input : s.output) = {.of = &t};
    (on == side::input ? t.ring.input_armed : t.ring.output_armed) = true;
    if (network_.runs(host_, program_)) {
        if (sim_descriptor* d = network_.find(host_, t.fd)) {
            d->waiter = this;
        }
    }
    queue(t.fd);
}

void sim_engine::cancel(transport& t, side on) {
    descriptor_state& s = state_of(t.fd);
    operation& o = on == side::input ? s.input : s.output;
    if (o.of == nullptr || o.cancel_after > 0) {
        return; // its end is on its way
    }
    o.cancel_after = 1;
    if (network_.draw(&sim_faults::late_cancel)) {
        o.cancel_after += 1 + static_cast<unsigned>(network_.below(4));
    }
    queue(t.fd);
}

void sim_engine::go_on(descriptor fd) {
    state_of(fd).queued = false;
    for (const side on : {side::input, side::output}) {
        operation& o = on == side::input ? state_of(fd).input : state_of(fd).output;
        if (o.of == nullptr) {
            continue;
        }
        if (o.cancel_after == 1) {
            complete(o, on, {.last = true, .error = sim_error(std::errc::operation_canceled)});
            continue;
        }
        if (o.cancel_after > 1) {
            --o.cancel_after;
            queue(fd);
        }
        attempt(o, on);
    }
}

void sim_engine::attempt(operation& o, side on) {
    if (!network_.runs(host_, program_)) { // the process is dead
        complete(o, on, {.last = true, .error = sim_error(std::errc::bad_file_descriptor)});
    } else if (network_.draw(&sim_faults::interrupted)) {
        complete(o, on, {.last = true, .error = sim_error(std::errc::interrupted)});
    } else if (on == side::output) {
        o.of->output == output_kind::connect ? attempt_connect(o) : attempt_send(o);
    } else if (o.of->input == input_kind::accept) {
        attempt_accept(o);
    } else if (o.of->input == input_kind::watch) {
        attempt_watch(o);
    } else {
        attempt_receive(o);
    }
}

void sim_engine::complete(operation& o, side on, completion what) {
    what.of = o.of->id;
    what.on = on;
    network_.note(sim_step::complete, (what.value << 8) ^ what.last);
    completions_.push_back(what);
    if (what.last) {
        o = {};
    } else {
        ++o.untold;
    }
}

void sim_engine::attempt_accept(operation& o) {
    while (o.of != nullptr && o.untold < items_untold) {
        address peer; // asked for again when it is told, as with a system that accepts by itself
        const accept_result one = os_.accept(o.of->fd, peer);
        if (one.status == io_status::would_block) {
            return;
        }
        const bool failed = one.status == io_status::failed;
        complete(o, side::input,
                 {.last = failed,
                  .value = failed ? 0 : static_cast<std::size_t>(one.connection),
                  .error = one.error});
    }
}

void sim_engine::attempt_receive(operation& o) {
    const std::size_t size = o.of->io_size_bytes;
    const bool discards = o.of->input == input_kind::discard;
    while (o.of != nullptr && o.untold < items_untold) {
        detail::buffer_block* block =
            network_.draw(&sim_faults::out_of_buffers) ? nullptr : pool_.lend(size);
        if (block == nullptr) {
            complete(o, side::input,
                     {.last = true, .error = sim_error(std::errc::no_buffer_space)});
            return;
        }
        const std::span<std::byte> memory{block->memory, size};
        const io_result one =
            discards ? os_.discard(o.of->fd, memory) : os_.receive(o.of->fd, memory);
        const bool any = one.status == io_status::done && one.bytes > 0;
        if (!any || discards) {
            pool_.take_back(block);
            block = nullptr;
        }
        if (one.status == io_status::would_block) {
            return;
        }
        complete(o, side::input,
                 {.last = !any || network_.draw(&sim_faults::ended_early),
                  .value = one.bytes,
                  .error = one.error,
                  .block = block});
    }
}

void sim_engine::attempt_watch(operation& o) {
    const sim_readiness is = network_.readiness(host_, o.of->fd);
    const interest asked = o.of->ring.watched;
    const interest seen{(is.readable || is.ended) && asked.read,
                        (is.writable || is.ended) && asked.write};
    if (seen != interest{}) {
        complete(o, side::input, {.last = true, .ready = seen});
    }
}

void sim_engine::attempt_connect(operation& o) {
    const sim_readiness is = network_.readiness(host_, o.of->fd);
    if (is.writable || is.ended) {
        complete(o, side::output, {.last = true});
    }
}

void sim_engine::attempt_send(operation& o) {
    std::array<std::span<const std::byte>, slices_per_send> slices;
    const std::size_t used = o.of->unsent.gather(slices);
    const io_result one = os_.send(o.of->fd, std::span{slices}.first(used));
    if (one.status != io_status::would_block) {
        complete(o, side::output, {.last = true, .value = one.bytes, .error = one.error});
    }
}

} // namespace iapp

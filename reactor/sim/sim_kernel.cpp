#include <iapp/reactor/sim/sim_kernel.hpp>

#include <algorithm>
#include <utility>

namespace iapp {

namespace {

io_result would_block() noexcept {
    return {io_status::would_block, 0, {}};
}

} // namespace

sim_kernel::sim_kernel(sim_network& network, sim_host host, const sim_program& program) noexcept
    : network_{network}, host_{host}, program_{program} {}

bool sim_kernel::is_dead() noexcept {
    ++calls_;
    return !network_.runs(host_, program_);
}

sim_kernel::place sim_kernel::find(descriptor fd) noexcept {
    const sim_descriptor* d = is_dead() ? nullptr : network_.find(host_, fd);
    if (d == nullptr || d->kind != sim_kind::stream) {
        return {};
    }
    return {network_.connections_.find(d->what), d->end};
}

sim_listener* sim_kernel::find_listener(descriptor fd) noexcept {
    const sim_descriptor* d = is_dead() ? nullptr : network_.find(host_, fd);
    return d == nullptr || d->kind != sim_kind::listener ? nullptr
                                                         : network_.listeners_.find(d->what);
}

void sim_kernel::close(descriptor fd) noexcept {
    if (!is_dead()) {
        network_.close(host_, fd);
    }
}

void sim_kernel::reset_on_close(descriptor fd) noexcept {
    if (const place at = find(fd)) {
        at.mine().resets = true;
    }
}

void sim_kernel::remove_name(const address& at) noexcept {
    if (!is_dead()) {
        network_.of(host_).names.erase(std::string{at.path()});
    }
}

std::error_code sim_kernel::connect_outcome(descriptor fd) noexcept {
    const place at = find(fd);
    return at ? std::exchange(at.mine().error, {}) : sim_error(std::errc::bad_file_descriptor);
}

io_result sim_kernel::receive(descriptor fd, std::span<std::byte> into) noexcept {
    return receive_with(fd, into, false);
}

io_result sim_kernel::discard(descriptor fd, std::span<std::byte> scratch) noexcept {
    return receive_with(fd, scratch, true);
}

io_result sim_kernel::receive_with(descriptor fd, std::span<std::byte> into,
                                   bool discards) noexcept {
    const place at = find(fd);
    if (!at) {
        return failed(std::errc::bad_file_descriptor);
    }
    sim_end& e = at.mine();
    if (e.in.readable() == 0) {
        if (e.error) {
            return failed(std::exchange(e.error, {}));
        }
        if (!e.connected) {
            return failed(std::errc::not_connected);
        }
        return e.broken || e.in.at_end() ? io_result{} : would_block();
    }
    if (network_.draw(&sim_faults::would_block)) {
        announce_later(at);
        return would_block();
    }
    std::size_t most = std::min(into.size(), e.in.readable());
    if (most > 1 && network_.draw(&sim_faults::short_read)) {
        most = 1 + network_.below(most - 1);
        announce_later(at);
    }
    const std::size_t count = e.in.read(into.first(most), discards);
    network_.note(sim_step::receive, count);
    network_.announce_window(*at.c, at.end);
    network_.run_due();
    return {io_status::done, count, {}};
}

io_result sim_kernel::send(descriptor fd,
                           std::span<const std::span<const std::byte>> slices) noexcept {
    const place at = find(fd);
    if (!at) {
        return failed(std::errc::bad_file_descriptor);
    }
    sim_end& e = at.mine();
    if (e.error) {
        const std::error_code why = std::exchange(e.error, {});
        const bool as_pipe =
            why == std::errc::connection_reset && network_.draw(&sim_faults::broken);
        return failed(as_pipe ? sim_error(std::errc::broken_pipe) : why);
    }
    if (e.broken || at.other().in.is_shut() || (at.c->is_unix() && !at.other().held)) {
        return failed(std::errc::broken_pipe);
    }
    if (!e.connected) {
        return would_block();
    }
    std::size_t most = 0;
    for (const std::span<const std::byte> slice : slices) {
        most += slice.size();
    }
    if (network_.draw(&sim_faults::would_block)) {
        announce_later(at);
        return would_block();
    }
    if (most > 1 && network_.draw(&sim_faults::short_write)) {
        most = 1 + network_.below(most - 1);
        announce_later(at);
    }
    const std::size_t count = at.other().in.write(slices, most);
    network_.note(sim_step::send, count);
    network_.pump(*at.c, 1 - at.end);
    network_.run_due();
    return count == 0 ? would_block() : io_result{io_status::done, count, {}};
}

// What a fault held back shows a little later, as if it had become so only then.
void sim_kernel::announce_later(const place& at) {
    network_.schedule(network_.now() + network_.delay(), sim_network::event_kind::announce,
                      at.c->id, at.end, 0);
}

std::error_code sim_kernel::shutdown_write(descriptor fd) noexcept {
    const place at = find(fd);
    if (!at || at.mine().broken || !at.mine().connected) {
        return sim_error(at ? std::errc::not_connected : std::errc::bad_file_descriptor);
    }
    at.other().in.shut();
    network_.pump(*at.c, 1 - at.end);
    network_.run_due();
    return {};
}

std::error_code sim_kernel::set_options(descriptor fd, const stream_options& options) noexcept {
    if (const place at = find(fd)) {
        network_.apply(*at.c, at.end, options);
        network_.announce_window(*at.c, at.end);
        network_.run_due();
        return {};
    }
    return sim_error(std::errc::bad_file_descriptor);
}

result<address> sim_kernel::local_address(descriptor fd) noexcept {
    if (const place at = find(fd)) {
        return at.mine().local;
    }
    if (const sim_listener* l = find_listener(fd)) {
        return l->at;
    }
    return sim_error(std::errc::bad_file_descriptor);
}

result<address> sim_kernel::peer_address(descriptor fd) noexcept {
    const place at = find(fd);
    if (!at || at.mine().broken || !at.mine().connected) {
        return sim_error(at ? std::errc::not_connected : std::errc::bad_file_descriptor);
    }
    return at.other().local;
}

} // namespace iapp

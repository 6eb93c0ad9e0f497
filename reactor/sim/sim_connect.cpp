// How connections come about: the part of sim_kernel that opens, listens, connects and accepts.

#include <iapp/reactor/sim/sim_kernel.hpp>

#include <algorithm>
#include <utility>

namespace iapp {

std::error_code sim_kernel::shortage() {
    static constexpr std::pair<std::uint32_t sim_faults::*, std::errc> all[] = {
        {&sim_faults::too_many_files, std::errc::too_many_files_open},
        {&sim_faults::too_many_files_in_system, std::errc::too_many_files_open_in_system},
        {&sim_faults::no_buffers, std::errc::no_buffer_space},
        {&sim_faults::no_memory, std::errc::not_enough_memory},
    };
    for (const auto& [fault, why] : all) {
        if (network_.draw(fault)) {
            return sim_error(why);
        }
    }
    return {};
}

result<descriptor> sim_kernel::open_stream(const address& to, const stream_options& options) {
    if (is_dead()) {
        return sim_error(std::errc::too_many_files_open);
    }
    if (const std::error_code why = shortage()) {
        return why;
    }
    const sim_options& with = network_.options();
    network_.connections_.recycle();
    slot_id id;
    sim_connection* c =
        network_.connections_.create(id, with.send_buffer_bytes, with.receive_buffer_bytes);
    if (c == nullptr) {
        return sim_error(std::errc::no_buffer_space);
    }
    c->id = id;
    c->ends[0].host = c->ends[1].host = host_;
    c->ends[1].local = to;
    const result<descriptor> fd = network_.open(host_, program_, sim_kind::stream, id, 0);
    if (!fd) {
        network_.connections_.destroy(id);
        return fd;
    }
    c->ends[0].fd = *fd;
    c->ends[0].held = true;
    network_.apply(*c, 0, options);
    return fd;
}

result<descriptor> sim_kernel::open_listener(const address& at, const listen_options& options) {
    if (is_dead()) {
        return sim_error(std::errc::too_many_files_open);
    }
    if (const std::error_code why = shortage()) {
        return why;
    }
    sim_host home;
    if (!network_.route(host_, at, home) || home != host_) {
        return sim_error(std::errc::address_not_available);
    }
    sim_process& p = network_.of(host_);
    if (at.family() == address_family::unix_path) {
        const auto named = p.names.find(std::string{at.path()});
        const bool stale =
            named != p.names.end() && network_.listeners_.find(named->second) == nullptr;
        if (named != p.names.end() && !(stale && options.replace_stale_path)) {
            return sim_error(std::errc::address_in_use);
        }
    } else if (at.port() != 0 && network_.in_use(host_, at, options.balance)) {
        return sim_error(std::errc::address_in_use);
    }
    network_.listeners_.recycle();
    slot_id id;
    sim_listener* l = network_.listeners_.create(id);
    const result<descriptor> fd = l == nullptr
                                      ? sim_error(std::errc::no_buffer_space)
                                      : network_.open(host_, program_, sim_kind::listener, id, 0);
    if (!fd) {
        if (l != nullptr) {
            network_.listeners_.destroy(id);
        }
        return fd;
    }
    const bool chosen = at.family() != address_family::unix_path && at.port() == 0;
    *l = {.id = id,
          .host = host_,
          .fd = *fd,
          .at = chosen ? at.with_port(network_.free_port(host_, at)) : at,
          .balance = options.balance,
          .backlog = static_cast<std::size_t>(
              std::clamp<std::int64_t>(options.backlog, 1, network_.options().backlog_max)),
          .inherited = options.stream,
          .queue = {}};
    p.listeners.push_back(id);
    if (at.family() == address_family::unix_path) {
        p.names[std::string{at.path()}] = id;
    }
    return fd;
}

io_result sim_kernel::connect(descriptor fd, const address& to) noexcept {
    const place at = find(fd);
    if (!at) {
        return failed(std::errc::bad_file_descriptor);
    }
    sim_connection& c = *at.c;
    c.ends[1].local = to;
    if (to.family() == address_family::unix_path) {
        c.ends[0].local = address::unix_unnamed();
        return connect_unix(c, to);
    }
    const bool somewhere = network_.route(host_, to, c.ends[1].host);
    if (!somewhere) {
        c.ends[1].host = host_;
    }
    c.ends[0].local = network_.source_for(host_, to, c.ends[1].host);
    network_.note(sim_step::connect, to.port());
    using kind = sim_network::event_kind;
    network_.schedule(network_.now() + network_.options().connect_timeout, kind::give_up_connect,
                      c.id, 0, 0);
    if (network_.draw(&sim_faults::connect_refused)) {
        network_.schedule(network_.now() + network_.delay(), kind::refusal, c.id, 0,
                          static_cast<std::uint64_t>(std::errc::connection_refused));
    } else if (somewhere && !network_.draw(&sim_faults::connect_unanswered)) {
        network_.schedule(network_.arrival(c, 1, 0), kind::request, c.id, 1, 0);
    }
    network_.run_due();
    return {io_status::would_block, 0, {}};
}

// At once or not at all.
io_result sim_kernel::connect_unix(sim_connection& c, const address& to) {
    const sim_process& p = network_.of(host_);
    const auto named = p.names.find(std::string{to.path()});
    if (named == p.names.end()) {
        return failed(std::errc::no_such_file_or_directory);
    }
    sim_listener* l = network_.listeners_.find(named->second);
    if (l == nullptr || network_.draw(&sim_faults::connect_refused)) {
        return failed(std::errc::connection_refused);
    }
    if (l->queue.size() >= l->backlog) {
        return failed(std::errc::resource_unavailable_try_again);
    }
    c.ends[0].connected = true;
    network_.enqueue(c, *l);
    network_.run_due();
    return {};
}

accept_result sim_kernel::accept(descriptor fd, address& peer) noexcept {
    sim_listener* l = find_listener(fd);
    if (l == nullptr) {
        return {io_status::failed, no_descriptor, sim_error(std::errc::bad_file_descriptor)};
    }
    // A connection that is over before it was accepted concerns nobody.
    while (!l->queue.empty() && network_.connections_.find(l->queue.front()) == nullptr) {
        l->queue.pop_front();
    }
    if (l->queue.empty()) {
        return {io_status::would_block, no_descriptor, {}};
    }
    if (network_.draw(&sim_faults::would_block)) {
        network_.schedule(network_.now() + network_.delay(),
                          sim_network::event_kind::announce_listener, l->id, 0, 0);
        return {io_status::would_block, no_descriptor, {}};
    }
    if (const std::error_code why = shortage()) {
        return {io_status::failed, no_descriptor, why};
    }
    const slot_id id = l->queue.front();
    const result<descriptor> made = network_.open(host_, program_, sim_kind::stream, id, 1);
    if (!made) {
        return {io_status::failed, no_descriptor, made.error()};
    }
    l->queue.pop_front();
    sim_connection& c = *network_.connections_.find(id);
    c.ends[1].fd = *made;
    peer = c.ends[0].local;
    network_.note(sim_step::accept, static_cast<std::uint64_t>(*made));
    return {io_status::done, *made, {}};
}

address sim_kernel::accepted(descriptor connection) noexcept {
    const result<address> peer = peer_address(connection);
    return peer ? *peer : address::unix_unnamed();
}

} // namespace iapp

#include <iapp/reactor/listener.hpp>

#include <iapp/reactor/reactor.hpp>
#include <iapp/reactor/stream_side.hpp>

namespace iapp {

// The inside of a listener.
struct listener_side {
    static const transport_events events;

    static void accepted(transport& t, descriptor connection, const address& peer) {
        transport* made = t.home->adopt(connection, stream_side::events);
        if (made == nullptr) {
            ++t.home->counters_.accept_refused;
            return;
        }
        ++t.home->counters_.accepted;
        made->write_limit_bytes = receive_options{}.write_limit_bytes;
        made->local = t.named;
        iapp::accepted what{t.id, stream{t.home, made->id}, peer};
        if (handlers_of<listener_handlers>(t).on_accepted != nullptr) {
            handlers_of<listener_handlers>(t).on_accepted(t.owner, std::move(what));
        }
    }

    static bool is_shortage(std::error_code why) noexcept {
        return why == std::errc::too_many_files_open ||
               why == std::errc::too_many_files_open_in_system ||
               why == std::errc::no_buffer_space || why == std::errc::not_enough_memory;
    }

    static void input_over(transport& t, std::error_code why) {
        io_counters& counters = t.home->counters_;
        ++counters.ops_ended;
        if (t.closing) {
            return;
        }
        if (is_shortage(why)) {
            // No event announces the end of a shortage, so a timer asks again.
            ++counters.accept_pauses;
            counters.accept_pause_why = why;
            t.home->arm_deadline(t, listener::pause_ms);
            return;
        }
        t.why = why;
        t.home->close(t);
    }

    static void deadline_passed(transport& t) { t.home->start_input(t, input_kind::accept); }
};

const transport_events listener_side::events{
    .received = nullptr,
    .accepted = &listener_side::accepted,
    .ready = nullptr,
    .input_ended = &listener_side::input_over,
    .output_ended = nullptr,
    .closed = &reactor::tell_closed<listener_handlers>,
    .deadline_passed = &listener_side::deadline_passed,
};

result<listener> reactor::listen(const address& at, const listener_handlers& handlers, void* owner,
                                 const listen_options& options) {
    const result<descriptor> fd = os_->open_listener(at, options);
    if (!fd) {
        return fd.error();
    }
    transport* t = adopt(*fd, listener_side::events);
    if (t == nullptr) {
        os_->remove_name(at);
        return std::errc::too_many_files_open;
    }
    t->handlers = &handlers;
    t->owner = owner;
    t->named = at.family() == address_family::unix_path;
    start_input(*t, input_kind::accept);
    return listener{this, t->id};
}

result<stream> reactor::connect(const address& to, const stream_handlers& handlers, void* owner,
                                const connect_options& options) {
    const result<descriptor> fd = os_->open_stream(to, options.stream);
    if (!fd) {
        return fd.error();
    }
    transport* t = adopt(*fd, stream_side::events);
    if (t == nullptr) {
        return std::errc::too_many_files_open;
    }
    t->handlers = &handlers;
    t->owner = owner;
    t->write_limit_bytes = receive_options{}.write_limit_bytes;
    t->local = to.family() == address_family::unix_path;
    stream_side::begin_connecting(*t, to, options.deadline);
    return stream{this, t->id};
}

void listener::pause() {
    if (transport* t = record()) {
        home_->engine_->pause_input(*t);
    }
}

void listener::resume() {
    if (transport* t = record()) {
        home_->engine_->resume_input(*t);
    }
}

void listener::close() {
    if (transport* t = record()) {
        home_->close(*t);
    }
}

listener::~listener() {
    if (transport* t = detach()) {
        home_->close(*t);
    }
}

} // namespace iapp

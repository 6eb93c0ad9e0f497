#include <iapp/reactor/watch.hpp>

#include <iapp/reactor/reactor.hpp>

namespace iapp {

// The inside of a watch.
struct watch_side {
    static const transport_events events;

    static void ready(transport& t, interest what) {
        if (handlers_of<watch_handlers>(t).on_ready != nullptr) {
            handlers_of<watch_handlers>(t).on_ready(t.owner, {t.id, what.read, what.write});
        }
    }

    static void input_over(transport& t, std::error_code why) {
        ++t.home->counters_.ops_ended;
        if (!t.closing) {
            t.why = why;
            t.home->close(t);
        }
    }
};

const transport_events watch_side::events{
    .received = nullptr,
    .accepted = nullptr,
    .ready = &watch_side::ready,
    .input_ended = &watch_side::input_over,
    .output_ended = nullptr,
    .closed = &reactor::tell_closed<watch_handlers>,
    .deadline_passed = nullptr,
};

result<watch> reactor::watch_descriptor(descriptor fd, interest what,
                                        const watch_handlers& handlers, void* owner) {
    IAPP_CHECK(fd >= 0, "an open descriptor is watched");
    slot_id id;
    transport* t = closing_ ? nullptr : transports_.create(id);
    if (t == nullptr) {
        return std::errc::too_many_files_open;
    }
    t->id = id;
    t->fd = fd;
    t->home = this;
    t->events = &watch_side::events;
    t->foreign = true;
    t->handlers = &handlers;
    t->owner = owner;
    start_input(*t, input_kind::watch);
    engine_->set_watched(*t, what);
    return watch{this, t->id};
}

void watch::set(interest what) {
    if (transport* t = record()) {
        home_->engine_->set_watched(*t, what);
    }
}

void watch::close() {
    if (transport* t = record()) {
        home_->close(*t);
    }
}

watch::~watch() {
    if (transport* t = detach()) {
        home_->close(*t);
    }
}

} // namespace iapp

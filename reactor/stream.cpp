#include <iapp/reactor/stream.hpp>

#include <iapp/reactor/reactor.hpp>
#include <iapp/reactor/stream_inbox.hpp>
#include <iapp/reactor/stream_side.hpp>

namespace iapp {

stream::~stream() {
    if (transport* t = detach()) {
        stream_side::close(*t);
    }
    if (inbox_ != nullptr) {
        inbox_->handle_gone();
    }
}

void stream::start(const stream_handlers& handlers, void* owner, const receive_options& options) {
    transport* t = record();
    if (t == nullptr || t->close_wanted) {
        return;
    }
    IAPP_CHECK(!t->started, "a stream is started once");
    IAPP_CHECK(options.io_size_bytes > 0 && options.io_size_bytes <= buffer_pool::largest_bytes,
               "io_size_bytes is 1 byte to 1 MiB");
    t->handlers = &handlers;
    t->owner = owner;
    t->io_size_bytes = options.io_size_bytes;
    t->discards = options.discard;
    t->write_limit_bytes = options.write_limit_bytes;
    t->started = true;
    if (!t->connecting) {
        stream_side::begin_receiving(*t);
    }
}

write_status stream::write(buffer_list what) {
    transport* t = record();
    if (t == nullptr || t->close_wanted || t->shutdown_wanted ||
        t->unsent.size_bytes() >= t->write_limit_bytes) {
        return write_status::refused;
    }
    home_->counters_.bytes_out += what.size_bytes();
    t->unsent.append(std::move(what));
    stream_side::begin_sending(*t);
    return t->unsent.size_bytes() >= t->write_limit_bytes ? write_status::full : write_status::ok;
}

void stream::pause() {
    if (transport* t = record()) {
        home_->engine_->pause_input(*t);
    }
}

void stream::resume() {
    if (transport* t = record()) {
        home_->engine_->resume_input(*t);
    }
}

void stream::shutdown_write() {
    transport* t = record();
    if (t != nullptr && !t->shutdown_wanted) {
        t->shutdown_wanted = true;
        stream_side::after_output(*t);
    }
}

void stream::close() {
    if (transport* t = record()) {
        stream_side::close(*t);
    }
}

void stream::abort() {
    if (transport* t = record()) {
        stream_side::reset(*t, {});
    }
}

std::size_t stream::unsent_bytes() const noexcept {
    const transport* t = record();
    return t == nullptr ? 0 : t->unsent.size_bytes();
}

result<address> stream::peer_address() const {
    const transport* t = record();
    return t == nullptr ? std::errc::not_connected : home_->os_->peer_address(t->fd);
}

std::error_code stream::set_options(const stream_options& options) {
    const transport* t = record();
    return t == nullptr ? std::make_error_code(std::errc::not_connected)
                        : home_->os_->set_options(t->fd, options);
}

} // namespace iapp

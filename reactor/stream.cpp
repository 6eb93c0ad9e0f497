#include <iapp/reactor/stream.hpp>

#include <iapp/reactor/reactor.hpp>
#include <iapp/reactor/stream_inbox.hpp>
#include <iapp/reactor/stream_limits.hpp>
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
        stream_side::unsent_bytes(*t) >= t->write_limit_bytes) {
        return write_status::refused;
    }
    home_->counters_.bytes_out += what.size_bytes();
    if (t->limits != nullptr) {
        t->limits->send(std::move(what));
    } else {
        t->unsent.append(std::move(what));
        stream_side::begin_sending(*t);
    }
    return stream_side::unsent_bytes(*t) >= t->write_limit_bytes ? write_status::full
                                                                 : write_status::ok;
}

void stream::pause() {
    if (transport* t = record()) {
        t->limits != nullptr ? t->limits->pause() : stream_side::pause_input(*t);
    }
}

void stream::resume() {
    if (transport* t = record()) {
        t->limits != nullptr ? t->limits->resume() : stream_side::resume_input(*t);
    }
}

namespace {

// No limit for a rate of 0; a burst of 0 is what flows in a tenth of a second.
std::optional<token_bucket> bucket_of(std::uint64_t bytes_per_second, std::uint64_t burst_bytes) {
    if (bytes_per_second == 0) {
        return std::nullopt;
    }
    return token_bucket{bytes_per_second, burst_bytes == 0 ? bytes_per_second / 10 : burst_bytes};
}

} // namespace

void stream::limit_receive(std::uint64_t bytes_per_second, std::uint64_t burst_bytes) {
    if (transport* t = record()) {
        stream_side::limits_of(*t).limit_receive(bucket_of(bytes_per_second, burst_bytes));
    }
}

void stream::limit_send(std::uint64_t bytes_per_second, std::uint64_t burst_bytes) {
    if (transport* t = record()) {
        stream_side::limits_of(*t).limit_send(bucket_of(bytes_per_second, burst_bytes));
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
    return t == nullptr ? 0 : stream_side::unsent_bytes(*t);
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

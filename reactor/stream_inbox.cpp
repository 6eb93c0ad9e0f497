#include <iapp/reactor/stream_inbox.hpp>

#include <iapp/reactor/reactor.hpp>

#include <algorithm>
#include <utility>

namespace iapp {

inbox_waiter::inbox_waiter(inbox_waiter&& other) noexcept : changed_{other.changed_} {
    IAPP_CHECK(other.at_ == nullptr, "who waits stays where he is");
}

void inbox_waiter::give_up() noexcept {
    if (stream_inbox* at = std::exchange(at_, nullptr)) {
        at->forget(*this);
    }
}

const stream_handlers stream_inbox::handlers{
    .on_bytes = &stream_inbox::on_bytes,
    .on_drained = &stream_inbox::on_drained,
    .on_input_ended = &stream_inbox::on_input_ended,
    .on_connected = &stream_inbox::on_connected,
    .on_closed = &stream_inbox::on_closed,
};

stream_inbox::release_node::release_node(stream_inbox& of_) noexcept
    : timer_node{[](timer_node& node) { static_cast<release_node&>(node).of.tell(true, true); }},
      of{of_} {}

stream_inbox::stream_inbox(reactor& home) noexcept : home_{home}, release_{*this} {}

stream_inbox::~stream_inbox() {
    stream_.home_ = nullptr; // it is not this handle that closes the stream
}

stream_inbox* stream_inbox::of(stream& s) {
    const transport* const t = s.record();
    if (s.inbox_ == nullptr && t != nullptr && !t->close_wanted) {
        s.home_->records_.make<stream_inbox>(*s.home_)->own(s);
        s.start(handlers, s.inbox_);
    }
    return s.inbox_;
}

result<stream> stream_inbox::connect(reactor& io, const address& to,
                                     const connect_options& options) {
    auto* made = io.records_.make<stream_inbox>(io);
    result<stream> s = io.connect(to, handlers, made, options);
    if (!s) {
        io.records_.destroy(made);
        return s;
    }
    made->connecting_ = true;
    made->own(*s);
    s->start(handlers, made);
    return s;
}

void stream_inbox::own(stream& s) {
    stream_.home_ = s.home_;
    stream_.id_ = s.id_;
    s.inbox_ = this;
}

bool stream_inbox::is_full() const noexcept {
    return unread_buffers_ >= buffers_max || unread_.size_bytes() >= bytes_max;
}

result<buffer> stream_inbox::take(std::size_t bytes_most) {
    if (front_.empty() && !unread_.empty()) {
        front_ = unread_.take_front();
        --unread_buffers_;
        resume_when_half_free();
    }
    if (!front_.empty()) {
        const std::size_t size = std::min(bytes_most, front_.size());
        buffer part = front_.first(size);
        front_.remove_prefix(size);
        if (front_.empty()) {
            front_ = {}; // whoever takes all is the buffer's sole holder
        }
        return part;
    }
    if (input_over_) {
        return buffer{};
    }
    return why_ ? why_ : std::make_error_code(std::errc::not_connected);
}

void stream_inbox::resume_when_half_free() {
    if (paused_ && unread_buffers_ <= buffers_max / 2 && unread_.size_bytes() <= bytes_max / 2) {
        paused_ = false;
        stream_.resume();
    }
}

void stream_inbox::wait_to_read(inbox_waiter& who) {
    IAPP_CHECK(reader_ == nullptr, "one reads a stream at a time");
    reader_ = &who;
    who.at_ = this;
}

void stream_inbox::wait_to_write(inbox_waiter& who) {
    IAPP_CHECK(writer_ == nullptr, "one writes, shuts or closes a stream at a time");
    writer_ = &who;
    who.at_ = this;
}

void stream_inbox::on_bytes(void* owner, bytes&& what) {
    auto& self = *static_cast<stream_inbox*>(owner);
    self.add(std::move(what.data));
    self.tell(true, false);
}

void stream_inbox::add(buffer&& what) {
    moved_ = home_.now();
    unread_.push_back(std::move(what));
    ++unread_buffers_;
    if (is_full() && !paused_) {
        paused_ = true;
        stream_.pause();
    }
}

void stream_inbox::on_drained(void* owner, drained) {
    auto& self = *static_cast<stream_inbox*>(owner);
    self.moved_ = self.home_.now();
    self.tell(false, true);
}

void stream_inbox::on_input_ended(void* owner, input_ended) {
    auto& self = *static_cast<stream_inbox*>(owner);
    self.input_over_ = true;
    self.tell(true, false);
}

void stream_inbox::on_connected(void* owner, connected) {
    auto& self = *static_cast<stream_inbox*>(owner);
    self.connecting_ = false;
    self.tell(false, true);
}

void stream_inbox::on_closed(void* owner, const iapp::closed& what) {
    auto& self = *static_cast<stream_inbox*>(owner);
    self.connecting_ = false;
    self.closed_ = true;
    self.why_ = what.why;
    self.tell(true, true);
}

// Who is told may end the other waiter, and the stream's handle.
void stream_inbox::tell(bool reader, bool writer) {
    telling_ = true;
    for (inbox_waiter** place : {reader ? &reader_ : nullptr, writer ? &writer_ : nullptr}) {
        if (place != nullptr && *place != nullptr) {
            inbox_waiter& who = **place;
            who.give_up();
            who.changed_(who);
        }
    }
    telling_ = false;
    end_if_unused();
}

void stream_inbox::forget(const inbox_waiter& who) noexcept {
    (reader_ == &who ? reader_ : writer_) = nullptr;
    end_if_unused();
}

void stream_inbox::handle_gone() noexcept {
    orphaned_ = true;
    connecting_ = false;
    closed_ = true;
    why_ = why_ ? why_ : std::make_error_code(std::errc::operation_canceled);
    if (reader_ != nullptr || writer_ != nullptr) {
        home_.timers().arm(release_, time_point::min()); // tells them with the next turn
    }
    end_if_unused();
}

void stream_inbox::end_if_unused() noexcept {
    if (orphaned_ && !telling_ && reader_ == nullptr && writer_ == nullptr) {
        home_.records_.destroy(this);
    }
}

} // namespace iapp

#include <iapp/reactor/stream_limits.hpp>

#include <iapp/reactor/reactor.hpp>
#include <iapp/reactor/stream_side.hpp>

#include <algorithm>

namespace iapp {

stream_limits::stream_limits(transport& t) noexcept
    : of_{t}, receive_timer_{*this,
                             [](timer_node& due) { static_cast<limit_timer&>(due).of.end_hold(); }},
      send_timer_{*this, [](timer_node& due) { static_cast<limit_timer&>(due).of.send({}); }},
      paused_by_owner_{t.input_paused} {}

// What is worth waking up for: a hundredth of a second, so that small limits do not make small
// items.
std::uint64_t stream_limits::quantum(const token_bucket& bucket) noexcept {
    constexpr std::uint64_t quanta_per_second = 100;
    return std::clamp<std::uint64_t>(bucket.rate() / quanta_per_second, 1, bucket.burst());
}

void stream_limits::wait_for(limit_timer& timer, time_point until) {
    of_.home->timers().arm(timer, until);
}

void stream_limits::limit_receive(const std::optional<token_bucket>& bucket) {
    receive_ = bucket;
    if (receive_timer_.armed()) {
        of_.home->timers().cancel(receive_timer_);
        end_hold();
    }
}

void stream_limits::received(std::size_t bytes) {
    if (!receive_) {
        return;
    }
    const time_point now = of_.home->now();
    receive_->take(bytes, now);
    if (receive_->available(now) == 0) {
        stream_side::pause_input(of_);
        wait_for(receive_timer_, receive_->ready_at(quantum(*receive_)));
    }
}

void stream_limits::end_hold() {
    if (!paused_by_owner_ && !of_.closing) {
        stream_side::resume_input(of_);
    }
}

void stream_limits::pause() {
    paused_by_owner_ = true;
    stream_side::pause_input(of_);
}

void stream_limits::resume() {
    paused_by_owner_ = false;
    if (!receive_timer_.armed()) {
        stream_side::resume_input(of_);
    }
}

void stream_limits::limit_send(const std::optional<token_bucket>& bucket) {
    of_.home->timers().cancel(send_timer_);
    send_ = bucket;
    send({});
}

void stream_limits::send(buffer_list more) {
    waiting_.append(std::move(more));
    if (of_.closing) {
        return;
    }
    if (!send_) {
        hand_over(waiting_.size_bytes());
        return;
    }
    const time_point now = of_.home->now();
    const std::uint64_t worth = std::min<std::uint64_t>(quantum(*send_), waiting_.size_bytes());
    if (const std::uint64_t may = send_->available(now); may >= worth) {
        const auto bytes =
            static_cast<std::size_t>(std::min<std::uint64_t>(may, waiting_.size_bytes()));
        send_->take(bytes, now);
        hand_over(bytes);
    }
    if (!waiting_.empty()) {
        wait_for(send_timer_,
                 send_->ready_at(std::min<std::uint64_t>(quantum(*send_), waiting_.size_bytes())));
    }
}

void stream_limits::hand_over(std::size_t bytes) {
    while (bytes > 0) {
        const std::size_t count = std::min(bytes, waiting_.front().size());
        of_.unsent.push_back(waiting_.front().first(count));
        waiting_.consume(count);
        bytes -= count;
    }
    stream_side::begin_sending(of_);
}

} // namespace iapp

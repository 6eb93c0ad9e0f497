#include <iapp/actors/transfer.hpp>

#include <iapp/actors/task_streams.hpp>

#include <algorithm>

namespace iapp {

namespace {

// Whether anything moves on the two streams of a transfer, in either direction. When bytes came and
// when all that was written had left is known; of a part that left, only that it has by now.
class idle_watch {
  public:
    idle_watch(stream& from, stream& to, duration idle) noexcept
        : from_{from}, to_{to}, idle_{idle} {}

    // A wait begins, which may take so long.
    duration begin() {
        const stream_inbox* const from = stream_inbox::of(from_);
        if (from != nullptr && stream_inbox::of(to_) != nullptr) { // which tells when bytes come
            look(from->home().now());
        }
        return idle_;
    }

    // Whether a wait that ended with this error is to go on, for left(): its time was over, but
    // not for what moves on the streams.
    bool goes_on(std::error_code why) {
        const stream_inbox* const from = stream_inbox::of(from_);
        const stream_inbox* const to = stream_inbox::of(to_);
        if (why != std::errc::timed_out || idle_ == duration::max() || from == nullptr ||
            to == nullptr || from->closed() || to->closed()) {
            return false;
        }
        const time_point now = from->home().now();
        const bool leaves = (from_unsent_ != from->unsent_bytes() && from->unsent_bytes() > 0) ||
                            (to_unsent_ != to->unsent_bytes() && to->unsent_bytes() > 0);
        look(leaves ? now : std::max({moved_, from->moved(), to->moved()}));
        left_ = deadline_after(moved_, idle_) - now;
        return left_ > duration::zero();
    }

    duration left() const noexcept { return left_; }

  private:
    void look(time_point moved) noexcept {
        moved_ = moved;
        from_unsent_ = from_.unsent_bytes();
        to_unsent_ = to_.unsent_bytes();
    }

    stream& from_;
    stream& to_;
    duration idle_;
    duration left_{};
    time_point moved_{};
    std::size_t from_unsent_ = 0;
    std::size_t to_unsent_ = 0;
};

void check(std::error_code why) {
    if (why) {
        throw std::system_error(why);
    }
}

} // namespace

task<std::uint64_t> transfer(stream& from, stream& to, transfer_options options) {
    idle_watch watch{from, to, options.idle};
    std::uint64_t total_bytes = 0;
    while (true) {
        result<buffer> next = co_await read(from, {.deadline = watch.begin()}).as_result();
        while (watch.goes_on(next.error())) {
            next = co_await read(from, {.deadline = watch.left()}).as_result();
        }
        check(next.error());
        if (next->empty()) {
            co_return total_bytes;
        }
        // Nothing is written as yet: this waits for room.
        result<void> room = co_await write(to, {}, watch.begin()).as_result();
        while (watch.goes_on(room.error())) {
            room = co_await write(to, {}, watch.left()).as_result();
        }
        check(room.error());
        const std::size_t size = next->size();
        if (to.write(std::move(*next)) == write_status::refused) {
            throw std::system_error(std::make_error_code(std::errc::broken_pipe));
        }
        total_bytes += size;
    }
}

} // namespace iapp

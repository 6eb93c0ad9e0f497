#pragma once
// The outbox: what one worker has sent to another and not yet pushed into the ring between them.

#include <iapp/mailbox/doorbell.hpp>
#include <iapp/mailbox/message.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>

namespace iapp {

// What a flush did.
struct flush_result {
    std::size_t pushed = 0;
    bool wake = false;    // the receiver slept and the caller must wake it
    bool waiting = false; // the ring is full: the receiver rings when there is room
};

// A plain array that grows to `limit` messages and keeps its memory. Beyond the limit a message is
// refused (claim() gives null) and the sender is told at once. Belongs to the sending worker.
// `Ring` has push(const parcel*, n), which says how many it took; `Doorbell` is the receiver's.
template <class Ring, class Doorbell>
class basic_outbox {
  public:
    // As many as are pushed at once while the turn goes on.
    static constexpr std::size_t batch = 64;

    explicit basic_outbox(std::size_t limit) noexcept : limit_{limit} {}

    // Where to write the next message; null at the limit. Throws std::bad_alloc.
    parcel* claim() {
        if (size() == limit_) {
            return nullptr;
        }
        if (end_ == capacity_) {
            make_room();
        }
        return &parcels_[end_++];
    }

    bool empty() const noexcept { return begin_ == end_; }

    std::size_t size() const noexcept { return end_ - begin_; }

    // How many claims will be granted.
    std::size_t room() const noexcept { return limit_ - size(); }

    // Pushes what fits and rings. When the ring is full, the receiver is asked to ring back, and
    // `me` - the bit of the sending worker - may sleep until then (the proof is at the doorbell).
    flush_result flush(Ring& ring, Doorbell& bell, std::uint64_t me) noexcept {
        flush_result done{.pushed = push(ring)};
        if (empty()) {
            done.wake = done.pushed > 0 && bell.ring(me);
            return done;
        }
        bell.stall(me);
        done.wake = bell.ring(me);
        const std::size_t more = push(ring);
        done.pushed += more;
        done.wake = (more > 0 && bell.ring(me)) || done.wake;
        done.waiting = !empty();
        return done;
    }

    // The oldest message, to be discarded; null when there is none.
    parcel* pop() noexcept { return empty() ? nullptr : &parcels_[begin_++]; }

  private:
    std::size_t push(Ring& ring) noexcept {
        const std::size_t pushed = ring.push(&parcels_[begin_], size());
        begin_ += pushed;
        if (empty()) {
            begin_ = end_ = 0;
        }
        return pushed;
    }

    // At the end of the array. What is left moves to its start when that frees half of it or more,
    // else the array doubles; at twice the limit there is always half of it free. So a message is
    // moved a constant number of times.
    void make_room() {
        const std::size_t left = size();
        if (begin_ > 0 && left <= capacity_ / 2) {
            std::memmove(&parcels_[0], &parcels_[begin_], left * sizeof(parcel));
        } else {
            const std::size_t wanted = std::min(2 * limit_, std::max(batch, 2 * capacity_));
            auto larger = std::make_unique_for_overwrite<parcel[]>(wanted);
            std::copy_n(parcels_.get() + begin_, left, larger.get());
            parcels_ = std::move(larger);
            capacity_ = wanted;
        }
        begin_ = 0;
        end_ = left;
    }

    std::size_t limit_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t capacity_ = 0;
    std::unique_ptr<parcel[]> parcels_;
};

} // namespace iapp

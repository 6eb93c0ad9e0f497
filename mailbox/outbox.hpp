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
    std::size_t pushed = 0; // parcels
    bool wake = false;      // the receiver slept and the caller must wake it
    bool waiting = false;   // the ring is full: the receiver rings when there is room
    bool owed = false;      // the receiver was not rung and is to be
};

// When a flush rings the receiver.
enum class bells : std::uint8_t {
    ring, // at once
    owe,  // later, by its caller, unless the receiver seems to be asleep or its ring is full
};

// A plain array that grows to `limit` messages and keeps its memory. Beyond the limit a message is
// refused (claim() gives null) and the sender is told at once; those whose place is reserved are
// taken all the same. Belongs to the sending worker.
// `Ring` has push(const parcel*, n), which says how many it took; `Doorbell` is the receiver's.
template <class Ring, class Doorbell>
class basic_outbox {
  public:
    // As many as are pushed at once while the turn goes on.
    static constexpr std::size_t batch = 64;

    explicit basic_outbox(std::size_t limit) noexcept : limit_{limit} {}

    // Where to write the next message, which takes one parcel or two, one behind the other; null at
    // the limit, unless its place is reserved. Throws std::bad_alloc.
    parcel* claim(std::size_t parcels = 1, delivery how = delivery::limited) {
        if (size() + parcels > limit_ && how == delivery::limited) {
            return nullptr;
        }
        if (end_ + parcels > capacity_) [[unlikely]] {
            make_room(parcels);
        }
        end_ += parcels;
        doubles_ += parcels - 1;
        return &parcels_[end_ - parcels];
    }

    bool empty() const noexcept { return begin_ == end_; }

    std::size_t size() const noexcept { return end_ - begin_; }

    // How many parcels can be claimed; none while messages whose place is reserved exceed the
    // limit.
    std::size_t room() const noexcept { return limit_ - std::min(limit_, size()); }

    // Pushes what fits and rings. When the ring is full, the receiver is asked to ring back, and
    // `me` - the bit of the sending worker - may sleep until then (the proof is at the doorbell).
    flush_result flush(Ring& ring, Doorbell& bell, std::uint64_t me,
                       bells when = bells::ring) noexcept {
        flush_result done{.pushed = push(ring)};
        if (empty()) {
            done.owed = done.pushed > 0 && when == bells::owe && !bell.seems_asleep();
            done.wake = done.pushed > 0 && !done.owed && bell.ring(me);
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

    // Rings the receiver, as a flush owes it, unless it has taken everything meanwhile. True: the
    // caller must wake it.
    static bool ring_owed(Ring& ring, Doorbell& bell, std::uint64_t me) noexcept {
        // An older value of the receiver's index only rings in vain.
        return ring.read_available() > 0 && bell.ring(me);
    }

    // The oldest message, to be discarded; null when there is none.
    parcel* pop() noexcept {
        if (empty()) {
            return nullptr;
        }
        parcel* const first = &parcels_[begin_];
        begin_ += parcels_of(*first);
        return first;
    }

  private:
    std::size_t push(Ring& ring) noexcept {
        std::size_t count = size();
        if (doubles_ > 0) {
            count = whole_messages(std::min(count, ring.write_available()));
        }
        const std::size_t pushed = ring.push(parcels_.get() + begin_, count);
        begin_ += pushed;
        if (empty()) {
            begin_ = end_ = 0;
        }
        return pushed;
    }

    // How many parcels the messages at the front have that fit into `room` of them; these are about
    // to be pushed.
    std::size_t whole_messages(std::size_t room) noexcept {
        std::size_t count = 0;
        while (count < room) {
            const std::size_t next = parcels_of(parcels_[begin_ + count]);
            if (count + next > room) {
                break;
            }
            count += next;
            doubles_ -= next - 1;
        }
        return count;
    }

    // At the end of the array. What is left moves to its start when that frees half of it or more,
    // else the array doubles; beyond twice the limit half of it is always free, but for messages
    // whose place is reserved. So a message is moved a constant number of times.
    [[gnu::noinline, gnu::cold]] void make_room(std::size_t parcels) {
        const std::size_t left = size();
        if (begin_ > 0 && left <= capacity_ / 2) {
            std::memmove(&parcels_[0], &parcels_[begin_], left * sizeof(parcel));
        } else {
            const std::size_t doubled = std::max(batch, 2 * capacity_);
            const std::size_t wanted =
                left + parcels > limit_ ? doubled : std::min(2 * limit_ + 2, doubled);
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
    std::size_t doubles_ = 0; // messages of two parcels
    std::unique_ptr<parcel[]> parcels_;
};

} // namespace iapp

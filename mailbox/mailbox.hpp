#pragma once
// mailbox: the side of a worker's mail that the worker itself uses.

#include <iapp/mailbox/memory_home.hpp>
#include <iapp/mailbox/message.hpp>
#include <iapp/mailbox/outbox.hpp>
#include <iapp/mailbox/port.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace iapp {

// Plain numbers, one writer.
struct mail_counters {
    std::uint64_t sent_away = 0;   // parcels pushed into rings to other workers
    std::uint64_t received = 0;    // messages taken out of rings and the door
    std::uint64_t batches = 0;     // pushes of one or more messages
    std::uint64_t rings_full = 0;  // flushes that had to wait for room
    std::uint64_t wakes_sent = 0;  // flushes that found the receiver asleep
    std::uint64_t wakes_saved = 0; // flushes that found it awake: no system call
    std::uint64_t blocks_home = 0; // envelopes of other workers given back to them
};

// All workers of a system, by index.
using mail_mesh = std::span<port* const>;

// Messages to other workers wait in outboxes until flush(); mail comes in by collect() and drain().
// Belongs to one worker. Order is kept for each sender and receiver.
class mailbox {
  public:
    // Messages that wait for one other worker beyond `outbox_limit` are refused.
    mailbox(unsigned self, mail_mesh mesh, memory_home& home, std::size_t outbox_limit);
    ~mailbox();
    mailbox(const mailbox&) = delete;
    mailbox& operator=(const mailbox&) = delete;

    // Lets fill(parcel&) write a message of one parcel or two for another worker. False: refused,
    // the outbox is at its limit, the place was not reserved, and fill was not called.
    template <class Fill>
    bool send(unsigned to, std::size_t parcels, Fill&& fill, delivery how = delivery::limited) {
        outbox& out = outboxes_[to];
        parcel* const first = out.claim(parcels, how);
        if (first == nullptr) {
            return false;
        }
        fill(*first);
        unflushed_ |= doorbell::worker_bit(to);
        if (out.size() >= outbox::batch && (waiting_ & doorbell::worker_bit(to)) == 0) {
            flush_one(to, bells::ring);
        }
        return true;
    }

    // How many parcels to another worker would be taken now.
    std::size_t room(unsigned to) const noexcept { return outboxes_[to].room(); }

    bool outbox_empty(unsigned to) const noexcept { return outboxes_[to].empty(); }

    // Whether some outbox holds something: what was sent since the last flush(), or waits for room.
    bool holds_unsent() const noexcept { return unflushed_ != 0; }

    // Pushes what the outboxes hold, but for those that wait for room. With bells::owe receivers
    // that are awake are not rung: the owner calls ring_owed() before it does anything else that
    // takes long, sleeping and ending included.
    void flush(bells when = bells::ring);

    // Rings those to whom a ring is owed, but for who has taken everything meanwhile.
    void ring_owed();

    // Takes note of who has rung; true when anybody has. Afterwards drain().
    bool collect() noexcept;

    // For a worker that spins: true when the sender whose mail was the last to come has pushed
    // more. The next collect() then leaves the doorbell alone and the drain begins at once. So a
    // message that is waited for is read and answered before the doorbell's line has come over: the
    // sender is about to ring, or just has, and its bit stays for a later collect().
    bool peek_ring() noexcept {
        mail_ring* const ring = own_.ring_from(last_sender_);
        if (ring == nullptr || ring->read_available() == 0) {
            return false;
        }
        rings_left_ |= doorbell::worker_bit(last_sender_);
        collect_next_ = collect_step::pass;
        return true;
    }

    // For a worker that spins: true when somebody has rung. Here, too, the drain of the next turn
    // begins before the bits are taken, which is owed to the collect() after it.
    bool peek() noexcept {
        const std::uint64_t bits = own_.bell().peek();
        rings_left_ |= bits & ~doorbell::foreign;
        collect_next_ = bits == 0 ? collect_step::take : collect_step::skip;
        return bits != 0;
    }

    // Whether a peek() left bits to be taken; then there is to be a collect() before the next one.
    bool owes_collect() const noexcept { return collect_next_ == collect_step::owed; }

    // Hands what at most `budget` parcels from other workers hold to handle(parcel&), the first
    // parcel of a message; the rings in turn.
    template <class Handle>
    std::size_t drain(std::size_t budget, Handle&& handle);

    // Hands over what port::push_reserved() has brought, all of it. Before drain(), so that it
    // overtakes what is in the rings.
    template <class Handle>
    std::size_t drain_reserved(Handle&& handle);

    // Hands at most `budget` messages of other threads to handle(parcel&), and first all of those
    // whose place is reserved.
    template <class Handle>
    std::size_t drain_door(std::size_t budget, Handle&& handle);

    // Whether a drain left something.
    bool has_mail() const noexcept { return rings_left_ != 0 || door_left_; }

    // Rings those who wait for room in a ring to here; after the drain of a collect() that was
    // true: only who has rung can be waiting.
    void offer_room() noexcept;

    // Whether somebody has rung since the last collect(); for a worker that spins.
    bool rung() const noexcept { return own_.bell().rung(); }

    // False: there is mail, do not sleep. Else whoever rings next calls the waker.
    bool try_sleep() noexcept { return own_.bell().try_sleep(); }

    // Gives back the block of an envelope whose payload has ended.
    void release(envelope* e) noexcept {
        if (e->home == &home_) {
            home_.release(e);
        } else {
            release_elsewhere(e);
        }
    }

    // Hands what was released to other workers' homes.
    void send_home() noexcept;

    // When all workers have ended: what the outboxes still hold, to handle(receiver, parcel&).
    template <class Handle>
    void drain_outboxes(Handle&& handle);

    const mail_counters& counters() const noexcept { return counters_; }

  private:
    using outbox = basic_outbox<mail_ring, doorbell>;

    struct chain {
        envelope* first = nullptr;
        envelope* last = nullptr;
        memory_home* home = nullptr;
    };

    enum class collect_step : std::uint8_t { take, pass, skip, owed };

    void flush_one(unsigned to, bells when);
    void release_elsewhere(envelope* e) noexcept;

    unsigned self_;
    port& own_;
    mail_mesh mesh_;
    memory_home& home_;
    std::uint64_t unflushed_ = 0;  // whose outbox is not empty
    std::uint64_t owed_ = 0;       // to whom a ring is owed
    std::uint64_t waiting_ = 0;    // whose ring was full; they ring when there is room
    std::uint64_t rings_left_ = 0; // whose ring to here was not seen empty
    std::uint64_t homeward_ = 0;   // for whom there are blocks to be given back
    bool door_left_ = false;
    collect_step collect_next_ = collect_step::take;
    unsigned next_ring_ = 0;   // where the next drain begins, so that all have their turn
    unsigned last_sender_ = 0; // whose ring was drained last
    mail_counters counters_;
    std::vector<outbox> outboxes_;
    std::vector<chain> chains_;
    std::array<parcel, outbox::batch + 1> batch_; // one for the second half of the last message
};

template <class Handle>
std::size_t mailbox::drain(std::size_t budget, Handle&& handle) {
    std::size_t done = 0;
    while (rings_left_ != 0 && done < budget) {
        // The first sender at or after next_ring_, round again from 0.
        const std::uint64_t after = rings_left_ & ~std::uint64_t{0} << next_ring_;
        const auto from = static_cast<unsigned>(std::countr_zero(after != 0 ? after : rings_left_));
        next_ring_ = from + 1;
        last_sender_ = from;
        const std::size_t asked = std::min(outbox::batch, budget - done);
        mail_ring* mail = own_.ring_from(from);
        const std::size_t count = mail == nullptr ? 0 : mail->pop(batch_.data(), asked);
        if (count < asked) {
            rings_left_ &= ~doorbell::worker_bit(from);
        }
        for (std::size_t i = 0; i < count; ++i) {
            if (batch_[i].type == nullptr) { // also by chance, in the second of two parcels
                __builtin_prefetch(envelope_in(batch_[i])); // written by the other core
            }
        }
        std::size_t messages = 0;
        for (std::size_t i = 0; i < count; ++messages) {
            const std::size_t parcels = parcels_of(batch_[i]);
            if (i + parcels > count) {
                mail->pop(batch_[count]); // cut in two by `asked`; it was pushed together
            }
            handle(batch_[i]);
            i += parcels;
        }
        counters_.received += messages;
        done += count;
        if (homeward_ != 0) {
            send_home();
        }
    }
    return done;
}

template <class Handle>
std::size_t mailbox::drain_reserved(Handle&& handle) {
    std::size_t done = 0;
    for (envelope* e = door_left_ ? own_.take_reserved() : nullptr; e != nullptr; ++done) {
        envelope* const next = e->next;
        parcel message;
        put_envelope(message, e);
        handle(message);
        e = next;
    }
    counters_.received += done;
    return done;
}

template <class Handle>
std::size_t mailbox::drain_door(std::size_t budget, Handle&& handle) {
    const std::size_t reserved = drain_reserved(handle);
    std::size_t done = reserved;
    while (door_left_ && done < budget) {
        door_message message;
        door_left_ = own_.pop(message);
        if (door_left_) {
            handle(message[0]);
            ++done;
        }
    }
    counters_.received += done - reserved;
    return done;
}

template <class Handle>
void mailbox::drain_outboxes(Handle&& handle) {
    for (unsigned to = 0; to < outboxes_.size(); ++to) {
        while (parcel* message = outboxes_[to].pop()) {
            door_message copy{message[0]}; // handling it may send more
            if (parcels_of(copy[0]) > 1) {
                copy[1] = message[1];
            }
            handle(to, copy[0]);
        }
    }
}

} // namespace iapp

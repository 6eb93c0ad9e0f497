#pragma once
// Several mailboxes over a mesh, stepped by one thread.

#include "mailbox/numbered.hpp"

#include <iapp/mailbox/mailbox.hpp>
#include <iapp/mailbox/mesh.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

namespace iapp::test {

// What a receiver has been handed: a message's sender (in `to`) and its number.
struct received {
    std::uint64_t from;
    std::uint64_t number;

    friend bool operator==(const received&, const received&) = default;
};

// A payload by pointer.
struct heavy {
    explicit heavy(std::uint64_t number_) : number{std::make_unique<std::uint64_t>(number_)} {}

    std::unique_ptr<std::uint64_t> number;
};

// A heavy one whose block is larger than those of a pool.
struct huge : heavy {
    using heavy::heavy;
    std::array<char, memory_pool::largest_bytes> filling{};
};

// One worker's mailbox and what it needs. At the end nothing may be left of its memory.
class mail_worker {
  public:
    mail_worker(unsigned self, mail_mesh mesh, std::size_t outbox_limit)
        : self_{self}, port_{*mesh[self]}, home_{self, pool}, mail{self, mesh, home_,
                                                                   outbox_limit} {
        port_.set_waker([](void* target) noexcept { ++*static_cast<unsigned*>(target); }, &wakes);
    }

    // By value; each sender numbers its messages itself.
    template <class M>
    bool send(unsigned to, std::uint64_t number) {
        return mail.send(to, parcels_for<M>,
                         [&](parcel& into) { write_number<M>(into, self_, number); });
    }

    template <class M>
    bool send_by_pointer(unsigned to, std::uint64_t number) {
        envelope* const made = home_.make<M>(self_, message_type_of<M>, number);
        return mail.send(to, 1, [&](parcel& into) { put_envelope(into, made); });
    }

    // A turn's receiving part: collects, drains at most `budget`, offers room if somebody has rung.
    std::vector<received> receive(std::size_t budget = 1'000) {
        std::vector<received> seen;
        const bool rung = mail.collect();
        mail.drain(budget, [&](parcel& message) { seen.push_back(take(message)); });
        if (rung) {
            mail.offer_room();
        }
        return seen;
    }

    received take(parcel& message) {
        if (message.type != nullptr) {
            return {message.to, read_number(message)};
        }
        envelope* const e = envelope_in(message);
        const received seen{e->to, *static_cast<heavy*>(e->payload())->number};
        e->destroy_payload();
        mail.release(e);
        return seen;
    }

  private:
    unsigned self_;
    port& port_;

  public:
    memory_pool pool;

  private:
    memory_home home_;

  public:
    mailbox mail;
    unsigned wakes = 0;
};

struct mail_world {
    explicit mail_world(unsigned count, const port_limits& limits = {},
                        std::size_t outbox_limit = 1'000)
        : ports{count, limits} {
        for (unsigned i = 0; i < count; ++i) {
            workers.push_back(std::make_unique<mail_worker>(i, ports.ports(), outbox_limit));
        }
    }

    mail_worker& operator[](unsigned i) { return *workers[i]; }

    mesh ports;
    std::vector<std::unique_ptr<mail_worker>> workers;
};

} // namespace iapp::test

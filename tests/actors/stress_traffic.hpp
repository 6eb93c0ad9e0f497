#pragma once
// The traffic of the stress tests: numbered messages of three sizes, and the nodes that send them
// to each other.

#include "support/actors.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace iapp::test {

inline constexpr unsigned nodes = 8;
inline constexpr unsigned senders_max = 64; // nodes, and threads that are no workers

inline std::uint64_t mixed(std::uint64_t from, std::uint64_t number) {
    return (from << 48 ^ number) * 0x9e37'79b9'7f4a'7c15; // Fibonacci hashing's constant
}

// `Bytes` bytes: who sent it, which of his messages to that receiver it is, and its share of the
// sum.
template <std::size_t Bytes>
struct numbered {
    static numbered of(unsigned sender, std::uint32_t number) {
        numbered made{.sender = sender, .number = number, .check = mixed(sender, number)};
        made.filling.fill(made.check);
        return made;
    }

    bool whole() const {
        return check == mixed(sender, number) &&
               std::all_of(filling.begin(), filling.end(),
                           [&](std::uint64_t each) { return each == check; });
    }

    std::uint32_t sender;
    std::uint32_t number;
    std::uint64_t check;
    std::array<std::uint64_t, Bytes / 8 - 2> filling{};
};

using brief = numbered<16>;
using medium = numbered<48>;   // two parcels
using lengthy = numbered<200>; // by pointer

using node_ref = ref<brief, medium, lengthy>;

// The size changes with the number.
inline bool send_to(const node_ref& to, unsigned sender, std::uint32_t number) {
    switch (number % 4) {
    case 0:
        return to.send(medium::of(sender, number));
    case 1:
        return to.send(lengthy::of(sender, number));
    default:
        return to.send(brief::of(sender, number));
    }
}

struct meet {
    const std::vector<node_ref>* all;
    std::uint32_t messages; // to each of them
};

struct go {
    unsigned to = 0;
};

struct account {
    std::uint64_t sent = 0;
    std::uint64_t sent_sum = 0;
    std::uint64_t received = 0;
    std::uint64_t received_sum = 0;
    bool good = true; // whole and in order
};

struct report {
    using reply = account;
};

// One on each worker: sends to all, itself included, as fast as there is room.
class node {
  public:
    using accepts = messages<brief, medium, lengthy, meet, go, report>;

    explicit node(context& cx) : cx_{cx} {}

    node(node&&) = delete;

    void on(meet what) {
        all_ = what.all;
        messages_ = what.messages;
        for (unsigned to = 0; to < nodes; ++to) {
            go_on(to);
        }
    }

    void on(go what) { go_on(what.to); }

    void on(const brief& what) { take(what); }

    void on(const medium& what) { take(what); }

    void on(const lengthy& what) { take(what); }

    account on(report) { return own_; }

  private:
    static constexpr unsigned burst = 64;

    void go_on(unsigned to) {
        const node_ref& peer = (*all_)[to];
        const unsigned me = cx_.worker_index();
        for (unsigned n = 0; n < burst && sent_[to] < messages_ && cx_.room(peer) > 0; ++n) {
            own_.good = send_to(peer, me, sent_[to]) && own_.good;
            own_.sent_sum += mixed(me, sent_[to]++);
            ++own_.sent;
        }
        if (sent_[to] < messages_) {
            cx_.when_room(peer, go{to});
        }
    }

    template <class M>
    void take(const M& what) {
        own_.good = what.whole() && what.number == next_[what.sender]++ && own_.good;
        own_.received_sum += what.check;
        ++own_.received;
    }

    context& cx_;
    const std::vector<node_ref>* all_ = nullptr;
    std::uint32_t messages_ = 0;
    std::array<std::uint32_t, nodes> sent_{};
    std::array<std::uint32_t, senders_max> next_{};
    account own_;
};

} // namespace iapp::test

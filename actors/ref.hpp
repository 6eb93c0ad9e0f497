#pragma once
// ref: the name of an actor, by which anybody sends to it.

#include <iapp/actors/actor_id.hpp>
#include <iapp/actors/worker.hpp>

#include <utility>

namespace iapp {

// A plain value of 16 bytes: worker, slot, generation. Copy it, keep it, send it anywhere; it may
// outlive the actor and its system: what is sent then is a counted dead letter, of the system or,
// when that has ended, of the process (letters_after_end()). The types are the messages it may
// send, a subset of what the actor accepts, checked at compile time.
template <class... Ms>
class ref {
  public:
    // Names nobody: what is sent is refused.
    ref() noexcept = default;

    // Fewer messages than `other` may send.
    template <class... More>
    ref(const ref<More...>& other) noexcept : who_{other.actor()} {
        static_assert((messages<More...>::template contains<Ms> && ...),
                      "the actor does not accept all the messages that this ref would send");
    }

    // Any thread; never blocks. True: the message is queued for the actor's worker, and will be
    // delivered or counted there as a dead letter. False: it was refused and counted, because the
    // queue was at its limit or the system is stopping or has ended; or the ref is empty, and
    // nobody counts it.
    template <class M>
    bool send(M message) const {
        static_assert(messages<Ms...>::template contains<M>,
                      "the actor does not accept this message");
        return worker_loop::send(who_.home, who_.slot.to_word(), message_type_of<M>,
                                 std::move(message));
    }

    // Whether it names somebody; he may be gone all the same.
    explicit operator bool() const noexcept { return static_cast<bool>(who_); }

    // Which actor it is, without the types.
    actor_id actor() const noexcept { return who_; }

    slot_id id() const noexcept { return who_.slot; }

    // The actor's worker; null when its system has ended, which the caller must know not to happen
    // now. Those who cannot know it use actor().home.
    worker_loop* home() const noexcept { return who_.home.get(); }

    friend bool operator==(const ref&, const ref&) noexcept = default;

  private:
    friend class context;
    friend class system;
    friend struct child_info;

    ref(worker_handle home, slot_id id) noexcept : who_{id ? home : worker_handle{}, id} {}

    actor_id who_;
};

namespace detail {

template <class List>
struct ref_of_list;

template <class... Ms>
struct ref_of_list<messages<Ms...>> {
    using type = ref<Ms...>;
};

template <class A>
struct ref_to {
    using type = typename ref_of_list<typename A::accepts>::type;
};

} // namespace detail

// The ref that may send all that A accepts.
template <class A>
using ref_to = typename detail::ref_to<A>::type;

} // namespace iapp

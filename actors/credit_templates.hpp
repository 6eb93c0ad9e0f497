#pragma once
// How a message takes a credit along and brings it back; included by worker.hpp.

#include <iapp/actors/credit.hpp>
#include <iapp/actors/handler_scope.hpp>
#include <iapp/actors/withheld_credits.hpp>
#include <iapp/actors/worker.hpp>

#include <utility>

namespace iapp {

namespace detail {

// Credits on their way back.
struct returned_credits {
    static void run(void* worker, std::uint64_t to, void* payload, fate) {
        auto& home = *static_cast<worker_loop*>(worker);
        const auto& self = *static_cast<returned_credits*>(payload);
        home.credits().give_back(slot_id::from_word(to), self.credits, self.lost, home);
    }

    std::uint32_t credits;
    std::uint32_t lost;
};

inline void return_credits(actor_id account, std::uint32_t credits, std::uint32_t lost) {
    worker_loop::send(account.home, account.slot.to_word(), self_running_type<returned_credits>,
                      returned_credits{credits, lost}, delivery::reserved);
}

// A message with the account that its credit belongs to.
template <class M>
struct credited {
    static void run(void* worker, std::uint64_t to, void* payload, fate what) {
        auto& home = *static_cast<worker_loop*>(worker);
        auto& self = *static_cast<credited*>(payload);
        const bool handled = home.deliver_wrapped(to, key_of<M>(), &self.message, nullptr, what);
        const cell* const by = handled ? home.find(slot_id::from_word(to)) : nullptr;
        if (by != nullptr && by->withheld != nullptr && by->withheld->withholding()) {
            by->withheld->add(self.account);
        } else {
            return_credits(self.account, 1, handled ? 0 : 1);
        }
    }

    actor_id account;
    [[no_unique_address]] M message;
};

template <class M>
inline constexpr message_type credited_type{.name = type_name<M>(),
                                            .size_bytes = sizeof(credited<M>),
                                            .destroy = destroyer_of<credited<M>>(),
                                            .run = &credited<M>::run,
                                            .for_actor = true,
                                            .how = delivery::reserved};

// An actor that is told by a message that there are credits.
template <class M>
struct message_waiter final : credit_waiter {
    message_waiter(slot_id account_, slot_id owner_, M&& message_)
        : credit_waiter{&tell, &forget}, account{account_}, owner{owner_}, message{std::move(
                                                                               message_)} {}

    static void tell(credit_waiter& self, worker_loop& home) noexcept {
        auto& mine = static_cast<message_waiter&>(self);
        home.credits().find(mine.account)->asked = false;
        if (cell* const whom = home.find(mine.owner)) {
            handler_scope scope{*whom, message_type_of<M>}; // it fails if the message cannot move
            scope.run([&] {
                worker_loop::send(home, mine.owner.to_word(), message_type_of<M>,
                                  std::move(mine.message), delivery::reserved);
            });
        }
        forget(self, home);
    }

    static void forget(credit_waiter& self, worker_loop& home) noexcept {
        home.memory().destroy(static_cast<message_waiter*>(&self));
    }

    slot_id account;
    slot_id owner;
    M message;
};

} // namespace detail

template <class... Ms>
template <class M>
bool credit_line<Ms...>::try_send(M message) {
    static_assert(messages<Ms...>::template contains<M>, "the actor does not accept this message");
    credit_account* const mine = account();
    if (mine == nullptr || mine->available == 0) {
        return false;
    }
    const bool taken = worker_loop::send(to_.home, to_.slot.to_word(), detail::credited_type<M>,
                                         detail::credited<M>{{home_, account_}, std::move(message)},
                                         delivery::reserved);
    if (taken) { // not before: a message that cannot be moved takes no credit along
        --mine->available;
    } else { // the receiver's system has ended: nobody is left who could give it back
        ++mine->lost;
    }
    return true;
}

} // namespace iapp

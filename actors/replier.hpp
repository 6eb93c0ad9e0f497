#pragma once
// replier: the right and the duty to answer one request, now or later, here or elsewhere.

#include <iapp/actors/actor_id.hpp>

#include <system_error>
#include <type_traits>
#include <utility>

namespace iapp {

class context;

namespace detail {

struct nothing {};

// What travels as the answer to a request; a reply of void says only that the work is done.
template <class R>
using reply_value = std::conditional_t<std::is_void_v<R>, nothing, R>;

template <class M>
struct asked;

} // namespace detail

// A handler that takes one, `void on(get what, iapp::replier<int> to)`, answers when it can: keep
// it in the actor, move it into another message, give it to another actor (cx.forward) or answer
// from any thread. It is answered once; one that is destroyed before tells the asker
// actor_error::unanswered. An answer is never refused; one that comes after its deadline, its
// cancel() or the asker's end is discarded, and counted as late.
// A message that was sent and not asked comes with an empty one, whose answers go nowhere.
// Belongs to one thread at a time. It may outlive the asker and its system.
template <class R>
class [[nodiscard]] replier {
  public:
    // Answers nobody.
    replier() noexcept = default;

    replier(replier&& other) noexcept : asker_{std::exchange(other.asker_, {})} {}

    replier& operator=(replier&& other) noexcept {
        replier before{std::move(*this)}; // unanswered
        asker_ = std::exchange(other.asker_, {});
        return *this;
    }

    ~replier();

    // Whether somebody may still wait.
    explicit operator bool() const noexcept { return static_cast<bool>(asker_); }

    void answer(detail::reply_value<R> value) requires(!std::is_void_v<R>);
    void answer() requires(std::is_void_v<R>);

    // There will be no answer, for this reason (checked: there is one).
    void fail(std::error_code why);

  private:
    friend class context;
    template <class M>
    friend struct detail::asked;

    explicit replier(actor_id asker) noexcept : asker_{asker} {}

    void send_value(detail::reply_value<R> value);

    actor_id asker_; // the worker of the asker and the name of its ask
};

} // namespace iapp

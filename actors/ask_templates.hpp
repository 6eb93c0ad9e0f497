#pragma once
// How a request leaves, is handled and comes back as its answer; included by worker.hpp.

#include <iapp/actors/actor_error.hpp>
#include <iapp/actors/handler_scope.hpp>
#include <iapp/actors/replier.hpp>
#include <iapp/actors/worker.hpp>

#include <type_traits>
#include <utility>

namespace iapp {

namespace detail {

// A request on its way, with the name of the ask that it is to answer.
template <class M>
struct asked {
    using reply_type = typename M::reply;

    static const message_type type;

    static void run(void* worker, std::uint64_t to, void* payload, fate what) {
        auto& self = *static_cast<asked*>(payload);
        hand_over(*static_cast<worker_loop*>(worker), to, self.message, self.asker, what);
    }

    static void hand_over(worker_loop& home, std::uint64_t to, M& message, actor_id asker,
                          fate what) {
        // Who lets it die has not answered, and the asker hears that.
        replier<reply_type> reply{asker};
        if (what == fate::refuse || what == fate::drop) {
            reply.fail(actor_error::refused);
        }
        home.deliver_wrapped(to, key_of<M>(), &message, &reply, what);
    }

    actor_id asker;
    [[no_unique_address]] M message;
};

template <class M>
constexpr message_type asked<M>::type{.name = type_name<M>(),
                                      .size_bytes = sizeof(asked<M>),
                                      .destroy = destroyer_of<asked<M>>(),
                                      .run = &asked<M>::run,
                                      .for_actor = true,
                                      .is_letter = true};

// An answer on its way: the value, or a std::error_code that says why there is none.
template <class R>
inline constexpr message_type reply_type{
    .name = type_name<R>(),
    .size_bytes = sizeof(R),
    .destroy = destroyer_of<R>(),
    .run = [](void* worker, std::uint64_t to, void* payload, fate) {
        static_cast<worker_loop*>(worker)->asks().answer(slot_id::from_word(to), payload, nullptr);
    }};

inline constexpr message_type failed_reply_type{
    .name = "no reply",
    .size_bytes = sizeof(std::error_code),
    .destroy = nullptr,
    .run = [](void* worker, std::uint64_t to, void* payload, fate) {
        static_cast<worker_loop*>(worker)->asks().answer(slot_id::from_word(to), nullptr,
                                                         static_cast<std::error_code*>(payload));
    }};

// M from args, in parentheses where that is possible, so that numbers may narrow as in a call.
template <class M, class... Args>
M make_message(Args&&... args) {
    if constexpr (std::is_constructible_v<M, Args...>) {
        return M(std::forward<Args>(args)...);
    } else {
        return M{std::forward<Args>(args)...};
    }
}

// What becomes of an answer, as the result that its asker gets.
template <class R>
result<R> result_of(void* reply, const std::error_code* why) {
    if (reply == nullptr) [[unlikely]] {
        return *why;
    }
    if constexpr (std::is_void_v<R>) {
        return {};
    } else {
        return std::move(*static_cast<R*>(reply));
    }
}

// A callback in the worker's memory, for one that is too large for the record of an ask or may
// throw when it moves.
template <class F>
class boxed_callback {
  public:
    boxed_callback(worker_loop& home, F&& f)
        : home_{home}, f_{home.memory().template make<F>(std::move(f))} {}

    boxed_callback(boxed_callback&& other) noexcept
        : home_{other.home_}, f_{std::exchange(other.f_, nullptr)} {}

    boxed_callback& operator=(boxed_callback&&) = delete;

    ~boxed_callback() {
        if (f_ != nullptr) {
            home_.memory().destroy(f_);
        }
    }

    void operator()(auto&& answer) { (*f_)(std::move(answer)); }

  private:
    worker_loop& home_;
    F* f_;
};

// Names what a callback handles, for those who report it.
template <class M>
struct reply_to {};

// An actor that gets the answer by a callback.
template <class M, class F>
struct callback_asker {
    using reply_type = typename M::reply;

    static constexpr bool fits = sizeof(F) <= open_ask::held_bytes && alignof(F) <= 16 &&
                                 std::is_nothrow_move_constructible_v<F>;
    using held_type = std::conditional_t<fits, F, boxed_callback<F>>;

    static held_type held(worker_loop& home, F&& callback) {
        if constexpr (fits) {
            return std::move(callback);
        } else {
            return held_type{home, std::move(callback)};
        }
    }

    static open_ask& open(cell& owner, time_point deadline, held_type&& callback) {
        open_ask& made = owner.home.asks().open(type, &owner, deadline);
        ::new (static_cast<void*>(made.held)) held_type(std::move(callback));
        owner.attached.push_back(made);
        return made;
    }

    static void complete(open_ask& ask, void* reply, const std::error_code* why) noexcept {
        auto& owner = *static_cast<cell*>(ask.asker);
        held_type callback{std::move(ask.template holding<held_type>())};
        drop(ask);
        ask.close();
        handler_scope scope{owner, message_type_of<reply_to<M>>};
        scope.run([&] { callback(result_of<reply_type>(reply, why)); });
    }

    static void drop(open_ask& ask) noexcept { ask.template holding<held_type>().~held_type(); }

    static constexpr asker_type type{.complete = &complete, .drop = &drop};
};

// Sends a request from a worker. False: refused and counted.
template <class M>
bool send_asked(worker_loop& from, actor_id to, asked<M>&& request) {
    const bool taken =
        worker_loop::send(to.home, to.slot.to_word(), asked<M>::type, std::move(request));
    if (!taken && from.handle().same_system(to.home)) {
        from.count_refused(); // else the other system's door has counted it
    }
    return taken;
}

// Why a worker did not take a request: its mail is full, or its system has ended.
inline actor_error why_refused(worker_handle by) noexcept {
    return by.get() == nullptr ? actor_error::unanswered : actor_error::refused;
}

// Sends the request of an open ask; a fault ends that with the next turn.
template <class M>
void send_request(worker_loop& home, actor_id to, open_ask& ask, M&& message) {
    if (!to) {
        home.asks().refuse(ask, actor_error::unanswered);
    } else if (home.asks().exceeds_limit()) {
        home.asks().refuse(ask, actor_error::refused);
    } else if (!send_asked<M>(home, to, {{&home, ask.id}, std::move(message)})) {
        home.asks().refuse(ask, why_refused(to.home));
    }
}

} // namespace detail

template <class R>
replier<R>::~replier() {
    if (asker_) {
        fail(actor_error::unanswered);
    }
}

template <class R>
void replier<R>::send_value(detail::reply_value<R> value) {
    if (asker_) {
        worker_loop::send(asker_.home, asker_.slot.to_word(),
                          detail::reply_type<detail::reply_value<R>>, std::move(value),
                          delivery::reserved);
        asker_ = {}; // not before: a value that cannot be moved is no answer
    }
}

template <class R>
void replier<R>::answer(detail::reply_value<R> value) requires(!std::is_void_v<R>) {
    send_value(std::move(value));
}

template <class R>
void replier<R>::answer() requires(std::is_void_v<R>) {
    send_value({});
}

template <class R>
void replier<R>::fail(std::error_code why) {
    IAPP_CHECK(why, "a failure needs an error");
    if (const actor_id to = std::exchange(asker_, {})) {
        worker_loop::send(to.home, to.slot.to_word(), detail::failed_reply_type, std::move(why),
                          delivery::reserved);
    }
}

} // namespace iapp

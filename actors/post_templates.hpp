#pragma once
// The templates of posts, which need the worker's definition; included by worker.hpp.

#include <iapp/actors/guarded.hpp>
#include <iapp/actors/worker.hpp>

namespace iapp {

namespace detail {

template <class F>
void end_post(worker_loop& home, cancel_word& word, F& callback, fate what) noexcept {
    if (!home.begin_post(word, what)) {
        return;
    }
    guarded([&] { callback(); }, [&](const char* why) { home.post_failed(type_name<F>(), why); });
}

template <class F>
struct delayed_post_of final : delayed_post {
    delayed_post_of(worker_loop& home_, cancel_word& word_, F&& callback_)
        : delayed_post{home_, word_, &ended}, callback{std::move(callback_)} {}

    static void ended(delayed_post& self, worker_loop& home, fate what) {
        auto& post = static_cast<delayed_post_of&>(self);
        home.note_running(nullptr, &post_type<F>.name);
        end_post(home, post.word, post.callback, what);
        home.memory().destroy(&post);
    }

    F callback;
};

template <class F>
void run_delayed(void* worker, std::uint64_t to, void* payload, fate what) {
    auto& home = *static_cast<worker_loop*>(worker);
    auto& given = *static_cast<delayed_callback<F>*>(payload);
    cancel_word& word = cancel_word_of(to);
    if (what == fate::discard) {
        end_post(home, word, given.callback, what);
        return;
    }
    const auto keep = [&] {
        auto* made = home.memory().make<delayed_post_of<F>>(home, word, std::move(given.callback));
        home.io().timers().arm(*made, deadline_after(home.io().now(), given.delay));
        home.delayed().add(*made);
    };
    guarded(keep, [&](const char* why) {
        if (home.begin_post(word, what)) {
            home.post_failed(type_name<F>(), why);
        }
    });
}

template <class F>
constexpr bool check_callback() noexcept {
    static_assert(std::is_invocable_v<F&>, "a callback takes no arguments");
    return std::is_invocable_v<F&>;
}

// Gives the post its word and sends it.
template <class Payload>
post_handle send_post(worker_loop& to, const message_type& type, Payload&& payload) {
    std::uint64_t ticket = 0;
    cancel_word* word = cancel_words::of_this_thread().take(ticket);
    if (word == nullptr) {
        return {};
    }
    bool taken = false;
    try {
        taken = worker_loop::send(to, to_word(*word), type, std::forward<Payload>(payload));
    } catch (...) {
        word->claim(); // free again
        throw;         // no memory, or the callback cannot be moved
    }
    if (!taken) {
        word->claim();
        return {};
    }
    return {*word, ticket};
}

} // namespace detail

template <class F>
post_handle post(worker_loop& to, F callback) {
    if constexpr (detail::check_callback<F>()) {
        return detail::send_post(to, detail::post_type<F>, std::move(callback));
    } else {
        return {};
    }
}

template <class F>
post_handle post_after(worker_loop& to, duration delay, F callback) {
    if constexpr (detail::check_callback<F>()) {
        using delayed = detail::delayed_callback<F>;
        return detail::send_post(to, detail::delayed_post_type<F>,
                                 delayed{delay, std::move(callback)});
    } else {
        return {};
    }
}

} // namespace iapp

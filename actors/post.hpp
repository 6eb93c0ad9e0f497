#pragma once
// Remote callbacks on their worker: at once, or after a delay.

#include <iapp/mailbox/callback.hpp>
#include <iapp/mailbox/memory_pool.hpp>
#include <iapp/mailbox/message.hpp>
#include <iapp/reactor/timer_wheel.hpp>

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <exception>
#include <utility>

namespace iapp {

class worker_loop;

// A callback that waits for its time, in its worker's memory pool.
struct delayed_post : timer_node, boost::intrusive::list_base_hook<> {
    using ender = void (*)(delayed_post& self, worker_loop& home, fate what);

    delayed_post(worker_loop& home_, cancel_word& word_, ender end_) noexcept
        : timer_node{&fired}, home{home_}, word{word_}, end{end_} {}

    static void fired(timer_node& node);

    worker_loop& home;
    cancel_word& word;
    ender end; // runs the callback or drops it, and destroys the record
};

// All of one worker. Their number is bounded by the words that posting threads have
// (cancel_words::words_max each). Cancelled ones are destroyed when their time comes, or when they
// may be half of all.
class delayed_posts {
  public:
    void add(delayed_post& post);

    // Ends all: they are dropped.
    void drop_all() noexcept;

    std::size_t size() const noexcept { return list_.size(); }

  private:
    friend struct delayed_post;

    void sweep() noexcept;

    boost::intrusive::list<delayed_post> list_;
    std::size_t sweep_at_ = 1024;
};

namespace detail {

// Runs or ends a callback whose payload the caller destroys.
template <class F>
void end_post(worker_loop& home, cancel_word& word, F& callback, fate what) noexcept;

template <class F>
void run_post(void* worker, std::uint64_t to, void* payload, fate what) {
    end_post(*static_cast<worker_loop*>(worker), cancel_word_of(to), *static_cast<F*>(payload),
             what);
}

template <class F>
struct delayed_callback {
    duration delay;
    F callback;
};

template <class F>
void run_delayed(void* worker, std::uint64_t to, void* payload, fate what);

template <class F>
inline constexpr message_type post_type{.name = type_name<F>(),
                                        .size_bytes = sizeof(F),
                                        .destroy = destroyer_of<F>(),
                                        .run = &run_post<F>};

template <class F>
inline constexpr message_type delayed_post_type{.name = type_name<F>(),
                                                .size_bytes = sizeof(delayed_callback<F>),
                                                .destroy = destroyer_of<delayed_callback<F>>(),
                                                .run = &run_delayed<F>};

} // namespace detail

// Lets `callback()` run on a worker, in order with the messages that this thread sends there; any
// thread. It and its captures are destroyed on that worker - what is still in the mail when the
// worker has ended, by the thread that stops the system, in the worker's place; what it throws is
// counted and reported, as a post that ran. An empty handle: refused, because the mail to that
// worker is at its limit, too many posts of this thread have not ended, or the system stops; the
// callback is then destroyed here.
template <class F>
post_handle post(worker_loop& to, F callback);

// The same, after `delay` from its arrival.
template <class F>
post_handle post_after(worker_loop& to, duration delay, F callback);

} // namespace iapp

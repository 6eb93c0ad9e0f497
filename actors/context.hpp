#pragma once
// context: what an actor sees of the runtime.

#include <iapp/actors/ask.hpp>
#include <iapp/actors/credit.hpp>
#include <iapp/actors/signal.hpp>
#include <iapp/actors/timer.hpp>
#include <iapp/mailbox/callback.hpp>
#include <iapp/reactor/listener.hpp>
#include <iapp/reactor/watch.hpp>

#include <string_view>

namespace iapp {

template <class... Ms>
class ref;
struct worker;
struct spawn_options;
class buffer_pool;
struct io_counters;

namespace detail {
template <class A>
struct ref_to;
}

// One for each actor, given to its constructor if that takes one; lives as long as the actor. All
// calls belong to the actor's worker.
class context {
  public:
    explicit context(cell& self) noexcept : self_{self} {}

    context(const context&) = delete;
    context& operator=(const context&) = delete;

    // Ends this actor when the present handler has returned. Its streams and timers end with it.
    void stop();

    // Asks for the end of the whole system; system::wait() returns with this status. The first
    // call counts.
    void stop_system(int exit_status);

    // A new actor on this worker; it is constructed before the call returns. The ref is empty when
    // the constructor threw (counted as a failed actor) or the worker has no slot left.
    template <class A, class... Args>
    auto spawn(Args&&... args) -> typename detail::ref_to<A>::type;

    // A name for this actor, by which others send to it: cx.self(*this).
    template <class A>
    auto self(const A& me) const -> typename detail::ref_to<A>::type;

    // Asks an actor: `callback` gets the answer to the M that is made of `args`, as
    // `iapp::result<M::reply>`, in this actor - what it throws fails it - and never from within
    // this call; it is called once, unless the ask is cancelled or this actor ends, which destroys
    // it uncalled. Errors: timed_out, `deadline` from now; actor_error::unanswered when the other
    // actor is gone, fails, ends or drops the replier, or its system stops; what it fails the
    // replier with; actor_error::refused when the mail to its worker is full or asks_max requests
    // of this worker are open.
    template <class M, class... Ms, class F, class... Args>
    requires detail::ask_callback<F, M> ask_handle ask(const ref<Ms...>& whom, duration deadline,
                                                       F callback, Args&&... args);

    // Passes a request on: whom `message` goes to answers the asker in this actor's place. Refused
    // as send() is, which the asker is told (then false).
    template <class M, class... Ms, class R>
    bool forward(const ref<Ms...>& to, M message, replier<R> reply);

    // Sockets; this actor gets their messages and must accept them (checked). Errors: see reactor.
    result<listener> listen(const address& at, const listen_options& options = {});
    result<stream> connect(const address& to, const connect_options& options = {});
    // Begins to receive from a connected or connecting stream, for this actor.
    void start(stream& s, const receive_options& options = {});
    // Readiness of a descriptor of a foreign library.
    result<watch> watch_descriptor(int fd, interest what);

    // Sends `message` to this actor once, or again and again without drift: the n-th at n times the
    // period after now. A period that passes while the worker is busy is made up for later, one
    // message each.
    template <class M>
    timer after(duration delay, M message);
    template <class M>
    timer every(duration period, M message);

    // Lets callback() run on a worker of this system, after `delay` from its arrival there, in
    // order with what this worker sends there. An empty handle: refused. See post.hpp.
    template <class F>
    post_handle post(worker to, F callback);
    template <class F>
    post_handle post_after(worker to, duration delay, F callback);

    // How many messages send() would take now for that actor's worker.
    template <class... Ms>
    std::size_t room(const ref<Ms...>& to) const;
    // Sends `message` to this actor when all that this worker has sent to the worker of `to` has
    // left, so that there is room again; how a fast sender paces itself. Never refused: an actor
    // asks once at a time.
    template <class M, class... Ms>
    void when_room(const ref<Ms...>& to, M message);

    // A line to an actor on which at most n messages are outstanding: sent and not yet handled, or
    // withheld by the receiver. Empty when the ref is or credit_lines_max lines are open. See
    // credit.hpp.
    template <class... Ms>
    credit_line<Ms...> credit(const ref<Ms...>& to, std::uint32_t n);
    // What was sent to this actor under credits and is handled from now on, the present message
    // included, brings them back only when they are granted, or when this actor ends.
    void withhold_credits();
    void grant_credits() noexcept;

    // The signal arrives as `signalled`. One actor in a process for each signal: another one gets
    // device_or_resource_busy.
    result<signal_watch> on_signal(int number, signal_options options = {});

    // Buffers of this worker.
    buffer_pool& buffers() noexcept;
    // The time of the present turn.
    time_point now() const noexcept;
    // Which worker this is, from 0.
    unsigned worker_index() const noexcept;
    std::string_view engine_name() const noexcept;
    // Of the whole worker, all its actors together.
    const io_counters& io() const noexcept;
    std::uint64_t system_calls() const noexcept;

  private:
    template <class... Ms>
    friend class credit_line;

    timer start_timer(timer_record* record, duration delay);

    cell& self_;
};

} // namespace iapp

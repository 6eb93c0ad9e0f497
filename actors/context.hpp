#pragma once
// context: what an actor sees of the runtime.

#include <iapp/actors/actor_id.hpp>
#include <iapp/actors/ask.hpp>
#include <iapp/actors/credit.hpp>
#include <iapp/actors/death.hpp>
#include <iapp/actors/queue_options.hpp>
#include <iapp/actors/signal.hpp>
#include <iapp/actors/spawn_options.hpp>
#include <iapp/actors/timer.hpp>
#include <iapp/mailbox/callback.hpp>
#include <iapp/reactor/listener.hpp>
#include <iapp/reactor/watch.hpp>

#include <string_view>
#include <type_traits>
#include <vector>

namespace iapp {

template <class... Ms>
class ref;
struct child_spec;
struct supervision;
struct which_child;
class buffer_pool;
class subscription;
template <class T>
class event_queue;
struct io_counters;
template <class Op>
class operation;

namespace detail {

template <class A>
struct ref_to;
class sleep_operation;
template <class M>
class ask_operation;
template <class F>
class offload_operation;
template <class F, class... Args>
struct bound_call;

// What tells work for a task from work with a callback: that takes no arguments.
template <class F, class... Args>
concept offload_for_a_task = sizeof...(Args) == 0 || !std::is_invocable_v<F&>;

template <class... Args>
inline constexpr bool begins_with_options = false;

template <class First, class... Args>
inline constexpr bool begins_with_options<First, Args...> =
    std::is_same_v<std::remove_cvref_t<First>, spawn_options>;

} // namespace detail

// One for each actor, given to its constructor if that takes one; lives as long as the actor. All
// calls belong to the actor's worker.
class context {
  public:
    explicit context(cell& self) noexcept : self_{self} {}

    context(const context&) = delete;
    context& operator=(const context&) = delete;

    // Ends this actor when the present handler has returned. Its streams and timers end with it.
    void stop();

    // Asks another actor to end, or this one once it has handled what it has been sent; of any
    // worker and system. The order keeps its place behind what this worker has sent there, also in
    // a mailbox with a limit, which takes it always. It ends when it gets there, or is told so if
    // it accepts iapp::stopping (see there); with a deadline it is killed when it has not ended
    // after that time from the order's arrival. False: refused, as send() would be.
    bool stop(const actor_id& whom);
    bool stop(const actor_id& whom, duration deadline);
    template <class... Ms>
    bool stop(const ref<Ms...>& whom);
    template <class... Ms>
    bool stop(const ref<Ms...>& whom, duration deadline);

    // Ends another actor by force: the order overtakes what it has been sent, which becomes dead
    // letters. Only a handler under way is not interrupted. Never refused.
    void kill(const actor_id& whom);
    template <class... Ms>
    void kill(const ref<Ms...>& whom);

    // Asks for the end of the whole system; system::wait() returns with this status. The first
    // call counts.
    void stop_system(int exit_status);

    // A new actor on this worker; it is constructed before the call returns. It is a child of this
    // one: when this one ends, for whatever reason, its children end first, and theirs before them:
    // stopped at once, killed if it was killed. What a destructor spawns is nobody's child. An
    // actor may have a member `iapp::result<void> init()`, called at the end of its construction.
    // The ref is empty when constructor or init() failed (counted as a failed actor, and what it
    // had spawned ends) or the worker has no slot left.
    template <class A, class... Args>
    auto spawn(Args&&... args) -> typename detail::ref_to<A>::type
        requires(!detail::begins_with_options<Args...>);

    // The same on any worker of this system, without waiting: the ref of an actor on another worker
    // is given at once, and what anybody sends to it waits there until it is constructed, with
    // copies of the arguments. If that fails, it ends as a failed actor, and what was sent to it is
    // stale. One that would have the name of another is not constructed, or, if two workers give
    // the name at the same time, one of the two fails. As its parent's end does not wait for other
    // workers, it is told to stop by message. The ref is empty when too many were spawned on that
    // worker lately (slot_grants.hpp says how many; counted as refused), or it has no slot left.
    template <class A, class... Args>
    auto spawn(spawn_options options, Args&&... args) -> typename detail::ref_to<A>::type;

    // One on each worker, by index; the arguments are copied for each.
    template <class A, class... Args>
    auto spawn_on_each(const Args&... args) -> std::vector<typename detail::ref_to<A>::type>;

    // The actor that goes by that name, as far as this worker knows: a name that an actor gives is
    // known on another worker when the news has got there; one that system::spawn() has given, on
    // all when that returns. Errors: actor_error::no_such_name, and unaccepted when the actor does
    // not accept all of Ms.
    template <class... Ms>
    result<ref<Ms...>> find(std::string_view name) const;

    // A name for this actor, by which others send to it: cx.self(*this).
    template <class A>
    auto self(const A& me) const -> typename detail::ref_to<A>::type;

    // Asks an actor: `callback` gets the answer to the M that is made of `args`, as
    // `iapp::result<M::reply>`, in this actor - what it throws fails it - and never from within
    // this call; it is called once, unless the ask is cancelled or this actor ends, which destroys
    // it uncalled. Errors: timed_out, `deadline` from now; actor_error::unanswered when the other
    // actor is gone, fails, ends or drops the replier, or its system stops; what it fails the
    // replier with; actor_error::refused when the mail to its worker is full or
    // asks_max requests of this worker are open. When the message cannot be moved, which throws
    // here, nothing is asked.
    template <class M, class... Ms, class F, class... Args>
    requires detail::ask_callback<F, M> ask_handle ask(const ref<Ms...>& whom, duration deadline,
                                                       F callback, Args&&... args);

    // The same for tasks: `auto v = co_await cx.ask<get>(whom, 50ms, "a")`. See task_ask.hpp.
    template <class M, class... Ms, class... Args>
    requires(!detail::begins_with_callback<M, Args...>) operation<detail::ask_operation<M>> ask(
        const ref<Ms...>& whom, duration deadline, Args&&... args);

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

    // Sends `message` to this actor, which must accept it (checked), once, or again and again
    // without drift: a copy of it the n-th time at n times the period after now. A period that
    // passes while the worker is busy is made up for later, one message each.
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

    // How many messages send() would take now for that actor's worker; none that is known when it
    // belongs to another system.
    template <class... Ms>
    std::size_t room(const ref<Ms...>& to) const;
    // Sends `message` to this actor when all that this worker has sent to the worker of `to` has
    // left, so that there is room again; how a fast sender paces itself. Never refused: an actor
    // asks once at a time.
    template <class M, class... Ms>
    void when_room(const ref<Ms...>& to, M message);

    // Keeps children running, each made by child<A>(options, args…): see supervision.hpp. They
    // belong to a supervisor, which belongs to this actor and starts the first of them at once.
    // This actor hears by `child_started` of every start, if it accepts that; whoever has the ref
    // may ask for a child, monitor the supervisor, or stop it and so its children in good order.
    auto supervise(const supervision& how, std::vector<child_spec> children) -> ref<which_child>;
    template <class... Children>
    auto supervise(const supervision& how, Children&&... children) -> ref<which_child>;

    // Tells this actor, which must accept it (checked), by exactly one `down` when another one
    // ends, at once if it is gone already: on any worker, as many monitors of one as wanted. Never
    // refused, never lost; nothing of it arrives once this actor ends or calls unmonitor(). Errors:
    // invalid_argument when `whom` is empty or this actor itself, operation_not_supported when it
    // is of another system, no_buffer_space at worker_limits::bonds_max.
    result<monitor_id> monitor(actor_id whom);
    void unmonitor(monitor_id which) noexcept;

    template <class... Ms>
    result<monitor_id> monitor(const ref<Ms...>& whom) {
        return monitor(whom.actor());
    }

    // Lets this actor and another one end together: when either ends for another reason than an
    // order to stop or the end of its worker, the other ends for the same reason, or hears of it if
    // it accepts `linked_down`. One that is gone already counts as failed. Who has linked may
    // unlink. Errors as for monitor().
    result<link_id> link(actor_id with);
    void unlink(link_id which) noexcept;

    template <class... Ms>
    result<link_id> link(const ref<Ms...>& with) {
        return link(with.actor());
    }

    // Publish and subscribe: see event_queue.hpp. A new queue of events of type T; an empty handle
    // when the system has queues_max of them.
    template <class T>
    event_queue<T> make_queue(const queue_options& options = {});
    // The queue of that name, made with these options if there is none. Errors: wrong_event_type
    // when its events are not T, too_many_queues.
    template <class T>
    result<event_queue<T>> queue(std::string_view name, const queue_options& options = {});
    // From now on this actor gets what is published: cx.subscribe(*this, queue). It must accept T
    // and take it as `const T&` or by value (checked). Empty when the queue is not of this system.
    template <class A, class T>
    subscription subscribe(const A& me, const event_queue<T>& to);

    // Starts a task of this actor: cx.run(&relay::pump, this, 7) calls pump(7) with a later turn,
    // also when it is called in the actor's constructor. A function or a member function; it gets
    // its arguments as std::thread would pass them, and they are kept until the task has ended. The
    // task ends with its actor, if not before; an exception that it does not catch fails the actor.
    // False: refused and counted, because the actor has tasks_per_actor_max of them. See task.hpp.
    template <class F, class... Args>
    bool run(F function, Args&&... args);
    // `co_await cx.sleep(1s)` in a task.
    operation<detail::sleep_operation> sleep(duration time);

    // Lets work() run on a thread that may block; then(result) is called here, like a handler, with
    // an iapp::result of what it returned. What it throws becomes an error: that of a
    // std::system_error, not_enough_memory, or else actor_error::threw, with the text in the log.
    // With the actor `then` ends too: work that has not begun is dropped, and so is the result of
    // work that has. work() may send to refs but touches nothing else of the actor, which goes on
    // meanwhile; it and its captures are destroyed here. Errors: actor_error::refused when
    // offload_options::queue_max pieces wait for a thread; see offload_pool.hpp.
    template <class F, class Then>
    requires std::is_invocable_v<F&> result<void> offload(F work, Then then);
    // The same for tasks: `auto v = co_await cx.offload(work, args...)` gives what work(args...)
    // returned, and throws here what it threw there. See task_offload.hpp.
    template <class F, class... Args>
    requires detail::offload_for_a_task<F, Args...>
        operation<detail::offload_operation<detail::bound_call<F, std::decay_t<Args>...>>>
        offload(F work, Args&&... args);
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
    friend class supervisor;
    template <class... Ms>
    friend class credit_line;

    template <class A, class... Args>
    auto spawn_here(const spawn_options& options, Args&&... args) ->
        typename detail::ref_to<A>::type;
    timer start_timer(timer_record* record, duration delay);
    unsigned workers() const noexcept;

    cell& self_;
};

} // namespace iapp

#pragma once
// system: the workers of a program, their start and their end.

#include <iapp/actors/actor_error.hpp>
#include <iapp/actors/context_templates.hpp>
#include <iapp/actors/offload.hpp>
#include <iapp/actors/offload_pool.hpp>
#include <iapp/actors/reply_slot.hpp>
#include <iapp/actors/watchdog.hpp>
#include <iapp/actors/worker_driver.hpp>
#include <iapp/mailbox/mesh.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace iapp {

struct system_options {
    unsigned workers = 1;      // 1 to 62 (bits of the doorbell word)
    std::string name = "iapp"; // the threads are called name-0, name-1…
    bool pin = false;          // each thread to one of the processors that the process may use
    idle_policy idle = {};     // what a worker without work does
    reactor_options io = {};   // for each worker
    worker_limits limits = {}; // for each worker
    dead_letter_function dead_letter_observer = {}; // may be empty; see dead_letter_note.hpp
    // Threads for context::offload().
    offload_options offload = {};
    // Names handlers that hold their worker for too long, and shows where; off by default.
    watchdog_options watchdog = {};
};

// Starts its workers at once and owns them. The thread that made it drives it by the calls below;
// those that block must not be called by a worker.
class system final : private system_control {
  public:
    static constexpr unsigned workers_max = doorbell::workers_max;

    // Throws std::system_error: invalid_argument for a number of workers out of range, an engine
    // that this build does not have or a number that is no signal for stacks (watchdog.hpp), else
    // what the operating system refused. From then on a write to a closed pipe is an error for the
    // whole process, not a SIGPIPE.
    explicit system(const system_options& options = {});
    // The same with workers that somebody else turns (a test, a simulation) instead of threads of
    // their own: waiting for something then means turning them. The driver is used for this system
    // alone and outlives it. Such a system has no other threads either: work that is offloaded is
    // refused, and there is no watchdog.
    system(const system_options& options, worker_driver& driver);
    // Stops within stop_deadline if stop() was not called; a worker that hangs then ends the
    // process with a message that names it, because its memory cannot be freed.
    ~system();

    static constexpr std::chrono::seconds stop_deadline{10};
    // How long spawn() waits for a worker.
    static constexpr std::chrono::hours spawn_deadline{24};

    // A new actor on a worker, nobody's child; waits until it is constructed there, and, if it has
    // a name, until all workers know it. The ref is empty when its constructor or its init()
    // failed, another one has its name, the worker has no slot left or the system is stopping.
    template <actor A, class... Args>
    ref_to<A> spawn(spawn_options options, Args&&... args);

    // The actor that goes by that name. Errors as context::find(), and timed_out.
    template <class... Ms>
    result<ref<Ms...>> find(std::string_view name, std::chrono::nanoseconds deadline);

    // One on each worker, by index; the arguments are copied for each.
    template <actor A, class... Args>
    std::vector<ref_to<A>> spawn_on_each(const Args&... args);

    // Sends a request and waits for the answer. Errors: timed_out, and actor_error::unanswered
    // when the actor is gone, fails, drops the replier or the system stops, actor_error::refused
    // when its mailbox or its worker's mail is full; or what it fails the replier with.
    template <class M, class... Ms>
    result<detail::reply_of<M>> ask(const ref<Ms...>& whom, std::chrono::nanoseconds deadline,
                                    M message);

    // Asks an actor to end, as context::stop() does, and waits until it has. timed_out: it had not
    // by the deadline, and is killed. Other errors: actor_error::refused and unanswered, when its
    // worker's mail is full or the system stops. Success when it was gone already.
    result<void> stop(const actor_id& whom, std::chrono::nanoseconds deadline);

    template <class... Ms>
    result<void> stop(const ref<Ms...>& whom, std::chrono::nanoseconds deadline) {
        return stop(whom.actor(), deadline);
    }

    // Any thread, never blocks: see context::kill().
    void kill(const actor_id& whom);

    template <class... Ms>
    void kill(const ref<Ms...>& whom) {
        kill(whom.actor());
    }

    // Lets callback() run on a worker; any thread. See post.hpp.
    template <class F>
    post_handle post(worker to, F callback) {
        return iapp::post(at(to), std::move(callback));
    }

    template <class F>
    post_handle post_after(worker to, duration delay, F callback) {
        return iapp::post_after(at(to), delay, std::move(callback));
    }

    // Event queues: as context::make_queue() and queue(); any thread.
    template <class T>
    event_queue<T> make_queue(const queue_options& options = {}) {
        return detail::queue_access::make<T>(*this, workers(), options);
    }

    template <class T>
    result<event_queue<T>> queue(std::string_view name, const queue_options& options = {}) {
        return detail::queue_access::find<T>(*this, workers(), name, options);
    }

    // Lets callback(const T&) run on a worker for each event; waits until it is subscribed there.
    // What it throws is counted and reported as of posts. Empty when the system stops, the queue is
    // not its own or the callback cannot be moved there.
    template <class T, class F>
    worker_subscription subscribe_worker(worker where, const event_queue<T>& to, F callback);

    // Waits until somebody calls request_stop() or context::stop_system(), at most `time`; true
    // when somebody has, now or earlier.
    bool wait(std::chrono::nanoseconds time);
    void wait_until_stopped();
    // Any thread; the first status counts.
    void request_stop(int exit_status) noexcept override;
    // What the first request said; 0 when nobody asked.
    int exit_status() const noexcept;

    // Refuses what comes from other threads, ends the actors (the youngest first), cancels all I/O
    // and awaits its end, counts what mail is left as dead letters, joins the threads. timed_out
    // when a worker did not get there by the deadline: stop_report() then says which actor and
    // message kept it; stop() may be called again. Afterwards there are only the statistics. For
    // everybody else the system has ended then, though it is not destroyed: what is sent to its
    // actors is counted by the process (letters_after_end()), and its credits come back at once.
    result<void> stop(std::chrono::nanoseconds deadline);

    const std::string& stop_report() const noexcept { return stop_report_; }

    unsigned workers() const noexcept { return static_cast<unsigned>(loops_.size()); }

    // Of all workers: where the best engine cannot be had for each of them, none has it.
    std::string_view engine_name() const noexcept { return engine_name_; }

    // The sum over all workers: asked for by message while they run, read when they have stopped.
    // A worker that does not answer within `deadline` makes it fail with timed_out.
    result<worker_statistics> statistics(std::chrono::nanoseconds deadline);

  private:
    worker_loop& at(worker which) override;
    offload_pool* offloads() noexcept override;

    system(const system_options& options, std::unique_ptr<worker_driver> own,
           worker_driver* others);

    // Runs f(worker) on a worker and waits for what it returns.
    template <class F>
    auto call(unsigned index, std::chrono::nanoseconds deadline, F f)
        -> result<std::invoke_result_t<F&, worker_loop&>>;
    // Sends a message that answers into `slot`, and waits for the answer.
    template <class M, class R>
    result<R> await_reply(worker_handle home, std::uint64_t to, M message, reply_slot<R>& slot,
                          std::chrono::nanoseconds deadline);
    void start_watchdog(const system_options& options);
    // Whether a living actor goes by that name.
    bool name_taken(std::string_view name);
    void discard_mail() noexcept;

    std::unique_ptr<worker_driver> own_driver_; // of threads, unless somebody else's is used
    worker_driver& driver_;
    std::unique_ptr<mesh> mesh_;
    std::vector<std::unique_ptr<worker_loop>> loops_;
    std::unique_ptr<watchdog_thread> watchdog_;
    std::unique_ptr<offload_pool> offloads_;
    unsigned next_round_ = 0;
    std::string engine_name_;
    std::string stop_report_;
    notice stop_wanted_;
    std::atomic<bool> stop_requested_{false};
    std::atomic<int> exit_status_{0};
    bool stopped_ = false;
};

} // namespace iapp

#include <iapp/actors/system_templates.hpp>

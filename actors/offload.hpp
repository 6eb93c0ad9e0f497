#pragma once
// cx.offload(): blocking work on other threads, its result back in the actor. Included by
// system.hpp.

#include <iapp/actors/context.hpp>
#include <iapp/actors/offload_job.hpp>
#include <iapp/actors/worker.hpp>
#include <iapp/reactor/result.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace iapp {

namespace detail {

template <class R>
struct as_result {
    using type = result<R>;
};

template <class R>
struct as_result<result<R>> {
    using type = result<R>;
};

} // namespace detail

// What becomes of a function's result: iapp::result of it, unless it is one already.
template <class F>
using offloaded = typename detail::as_result<std::invoke_result_t<F&>>::type;

namespace detail {

// In a catch block: the error that stands for what was thrown. That of a std::system_error says it
// all; the text of others goes to the log.
std::error_code error_of_offloaded(std::string_view function) noexcept;

// How offloaded work comes home to the worker.
template <class Job>
void offload_came_home(void* worker, std::uint64_t, void* payload, fate what) {
    static_cast<worker_loop*>(worker)->offload_over(*static_cast<Job*>(payload), what);
}

template <class Job>
inline constexpr message_type offload_type{.name = type_name<typename Job::function>(),
                                           .size_bytes = sizeof(Job),
                                           .destroy = destroyer_of<Job>(),
                                           .run = &offload_came_home<Job>};

// Work whose result is kept until it comes home; what happens then is for the Job that derives from
// it: completed() and ended() as offload_job says, and thrown(), in a catch block of the thread
// that has run the work.
template <class F, class Job>
struct offload_work : offload_job {
    using function = F;

    explicit offload_work(F&& work_)
        : offload_job{&run, &Job::completed, &Job::ended}, call{std::move(work_)} {}

    static void run(offload_job& self) noexcept {
        auto& mine = static_cast<Job&>(self);
        try {
            if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
                mine.call();
                mine.outcome.emplace();
            } else {
                mine.outcome.emplace(mine.call());
            }
        } catch (...) {
            mine.thrown();
        }
    }

    F call;
    std::optional<offloaded<F>> outcome;
};

// Work whose result goes to a callback.
template <class F, class Then>
struct offload_call final : offload_work<F, offload_call<F, Then>> {
    offload_call(F&& work_, Then&& then_)
        : offload_work<F, offload_call>{std::move(work_)}, then{std::move(then_)} {}

    void thrown() noexcept { this->outcome.emplace(error_of_offloaded(type_name<F>())); }

    static void completed(offload_job& self) noexcept {
        auto& mine = static_cast<offload_call&>(self);
        handler_scope scope{*mine.owner, offload_type<offload_call>};
        scope.run([&] { (*mine.then)(std::move(*mine.outcome)); });
    }

    static void ended(attachment& self, exit_reason) noexcept {
        auto& mine = static_cast<offload_call&>(self);
        mine.abandoned.store(true, std::memory_order_relaxed); // see offload_job
        mine.then.reset(); // it may hold what belongs to the actor
    }

    std::optional<Then> then;
};

// Makes a job of this class from `args` and hands it to the pool, attached to its actor. Errors,
// with nothing left of it: actor_error::refused, not_supported in a system without such threads, or
// why there is no thread.
template <class Job, class... Args>
result<Job*> start_offload(cell& owner, Args&&... args) {
    worker_loop& home = owner.home;
    envelope* const message =
        home.message_memory().template make<Job>(0, offload_type<Job>, std::forward<Args>(args)...);
    auto* const job = static_cast<Job*>(message->payload());
    job->message = message;
    job->owner = &owner;
    job->home = &home.mail_port();
    if (const std::error_code why = home.submit_offload(*job)) {
        message->destroy_payload();
        home.message_memory().release(message);
        return why;
    }
    owner.attached.push_back(*job);
    return job;
}

} // namespace detail

template <class F, class Then>

requires std::is_invocable_v<F&> result<void> context::offload(F work, Then then) {
    static_assert(std::is_invocable_v<Then&, offloaded<F>>,
                  "the callback takes an iapp::result of what the work returns");
    using job = detail::offload_call<F, Then>;
    return detail::start_offload<job>(self_, std::move(work), std::move(then)).error();
}

} // namespace iapp

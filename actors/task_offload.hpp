#pragma once
// Offloaded work in tasks.

#include <iapp/actors/offload.hpp>
#include <iapp/actors/task.hpp>
#include <iapp/actors/task_root.hpp>

#include <exception>
#include <functional>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

namespace iapp {

namespace detail {

// A function with what it is called with, once.
template <class F, class... Args>
struct bound_call {
    using function = F;

    auto operator()() {
        return std::apply([&](Args&... each) { return std::invoke(called, std::move(each)...); },
                          given);
    }

    F called;
    std::tuple<Args...> given;
};

// Work that a task waits for. Either of the two may end first, and tells the other.
template <class F>
struct offload_for_task final : offload_work<F, offload_for_task<F>> {
    using function = typename F::function; // the user's, for reports

    offload_for_task(F&& work_, offload_operation<F>& waits_)
        : offload_work<F, offload_for_task>{std::move(work_)}, waits{&waits_} {}

    // Home in vain, since its actor is about to end.
    ~offload_for_task() {
        if (waits != nullptr) {
            waits->forget();
        }
    }

    void thrown() noexcept { failure = std::current_exception(); }

    static void completed(offload_job& self) noexcept {
        auto& mine = static_cast<offload_for_task&>(self);
        std::exchange(mine.waits, nullptr)->complete(mine);
    }

    static void ended(attachment& self, exit_reason) noexcept {
        auto& mine = static_cast<offload_for_task&>(self);
        mine.waits->forget();
        mine.abandon();
    }

    // Nobody waits any more: it is done in vain, or not at all.
    void abandon() noexcept {
        waits = nullptr;
        this->abandoned.store(true, std::memory_order_relaxed); // see offload_job
        if (this->is_linked()) {
            this->unlink();
        }
    }

    offload_operation<F>* waits;
    std::exception_ptr failure;
};

// Lies in the frame of the task that waits; when that ends, the work goes on without it.
template <class F>
class offload_operation final {
  public:
    using job = offload_for_task<F>;

    explicit offload_operation(F&& work) : work_{std::move(work)} {}

    // Of one that has not started.
    offload_operation(offload_operation&& other) : work_{std::move(other.work_)} {}

    ~offload_operation() {
        if (job_ != nullptr) {
            job_->abandon();
        }
    }

    bool start(suspended_task who) {
        const result<job*> begun = start_offload<job>(who.root->owner(), std::move(work_), *this);
        if (!begun) {
            refused_ = begun.error();
            return false;
        }
        who_ = who;
        job_ = *begun;
        return true;
    }

    // Within complete(), which resumes the task.
    auto get() {
        if (refused_) {
            throw std::system_error(refused_);
        }
        if (done_->failure) {
            std::rethrow_exception(std::move(done_->failure));
        }
        return unwrap(std::move(*done_->outcome));
    }

    offloaded<F> take() {
        return caught([this] { return get(); });
    }

  private:
    friend job;

    void complete(job& done) noexcept {
        job_ = nullptr;
        done_ = &done;
        who_.resume();
    }

    void forget() noexcept { job_ = nullptr; }

    F work_;
    suspended_task who_;
    job* job_ = nullptr;  // while it is under way
    job* done_ = nullptr; // what has come home
    std::error_code refused_;
};

} // namespace detail

template <class F, class... Args>

requires detail::offload_for_a_task<F, Args...>
    operation<detail::offload_operation<detail::bound_call<F, std::decay_t<Args>...>>>
    context::offload(F work, Args&&... args) {
    using call = detail::bound_call<F, std::decay_t<Args>...>;
    static_assert(std::is_invocable_v<F&, std::decay_t<Args>...>,
                  "the offloaded work does not take these arguments");
    static_assert(std::is_trivially_destructible_v<F>,
                  "some compilers destroy a temporary lambda in a co_await expression twice: "
                  "capture nothing that has a destructor, and give offload() the arguments");
    static_assert((!detail::is_unsafe_parameter<Args>() && ...),
                  "some compilers destroy a temporary aggregate in a co_await expression twice: "
                  "give offload() a variable");
    return operation<detail::offload_operation<call>>{std::in_place,
                                                      call{work, {std::forward<Args>(args)...}}};
}

} // namespace iapp

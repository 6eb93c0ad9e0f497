#pragma once
// Asking in tasks.

#include <iapp/actors/context_templates.hpp>
#include <iapp/actors/task.hpp>
#include <iapp/actors/task_root.hpp>

#include <exception>
#include <system_error>
#include <type_traits>
#include <utility>

namespace iapp {

namespace detail {

// The message is made in it, so that no temporary of it stands in a co_await expression.
template <class M>
class ask_operation final {
  public:
    using reply_type = reply_of<M>;

    template <class... Args>
    ask_operation(actor_id to, duration deadline, Args&&... args)
        : to_{to}, deadline_{deadline}, message_(make_message<M>(std::forward<Args>(args)...)) {}

    // Of one that has not started.
    ask_operation(ask_operation&& other)
        : to_{other.to_}, deadline_{other.deadline_}, message_(std::move(other.message_)) {}

    ~ask_operation() {
        if (asks_ != nullptr) {
            asks_->cancel(id_);
        }
    }

    bool start(suspended_task who) {
        who_ = who;
        worker_loop& home = who.root->home();
        open_ask& made = home.asks().open(type, this, deadline_after(home.io().now(), deadline_));
        id_ = made.id;
        asks_ = &home.asks();
        if constexpr (request<M>) {
            send_request<M>(home, to_, made, std::move(message_));
        }
        return true;
    }

    // Within complete(), which resumes the task.
    result<reply_type> take() { return result_of<reply_type>(reply_, why_); }

  private:
    static void complete(open_ask& ask, void* reply, const std::error_code* why) noexcept {
        auto& self = *static_cast<ask_operation*>(ask.asker);
        self.reply_ = reply;
        self.why_ = why;
        self.asks_ = nullptr;
        ask.close();
        self.who_.resume();
    }

    static void drop(open_ask&) noexcept {}

    static constexpr asker_type type{.complete = &complete, .drop = &drop};

    actor_id to_;
    duration deadline_;
    M message_;
    suspended_task who_;
    ask_table* asks_ = nullptr; // while the ask is open
    slot_id id_;
    void* reply_ = nullptr;
    const std::error_code* why_ = nullptr;
};

} // namespace detail

template <class M, class... Ms, class... Args>

requires(!detail::begins_with_callback<M, Args...>)
    operation<detail::ask_operation<M>> context::ask(const ref<Ms...>& whom, duration deadline,
                                                     Args&&... args) {
    detail::check_request<M, Ms...>();
    constexpr bool wrong_callback = detail::begins_with_wrong_callback<M, Args...>;
    static_assert(!wrong_callback, "the callback of an ask takes an iapp::result of the reply");
    static_assert((!detail::is_unsafe_parameter<Args>() && ...),
                  "some compilers destroy a temporary aggregate or lambda in a co_await expression "
                  "twice: give ask() what the message is made of, and not the message");
    if constexpr (!wrong_callback) {
        return operation<detail::ask_operation<M>>{std::in_place, whom.actor(), deadline,
                                                   std::forward<Args>(args)...};
    } else {
        std::terminate(); // does not compile
    }
}

} // namespace iapp

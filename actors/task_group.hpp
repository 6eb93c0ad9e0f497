#pragma once
// all and any: several tasks side by side.

#include <iapp/actors/task.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace iapp {

namespace detail {

// Begins tasks one after the other and waits for one that decides, or for all of them.
class task_group : task_joint {
  public:
    enum class decided_by : std::uint8_t { failure, success };

  protected:
    explicit task_group(decided_by what) noexcept : task_joint{&ended}, decided_by_{what} {}

    // `tasks` are the group's own and stay where they are. False: decided already.
    bool begin(suspended_task who, std::span<task_promise*> tasks);

    // Destroys those that are left, the last begun first.
    static void destroy(std::span<task_promise*> tasks, const task_promise* but_not) noexcept;

    // The first that failed or succeeded, as asked for; else the last to end. Null if all succeeded
    // as they should.
    task_promise* decisive() const noexcept { return decisive_; }

  private:
    static std::coroutine_handle<> ended(task_joint& self, task_promise& which) noexcept;

    bool over() const noexcept { return decisive_ != nullptr || pending_ == 0; }

    void note_end(task_promise& which) noexcept;
    void destroy_the_rest() noexcept;

    decided_by decided_by_;
    std::size_t pending_ = 0;
    std::span<task_promise*> tasks_;
    task_promise* decisive_ = nullptr;
    std::coroutine_handle<> frame_; // null while they are being begun
};

template <task_group::decided_by What, class... Ts>
class group_base : task_group {
  public:
    explicit group_base(task<Ts>&&... tasks) noexcept
        : task_group{What}, promises_{std::move(tasks).release()...} {}

    // Of a group that has not begun.
    group_base(group_base&& other) noexcept
        : task_group{What}, promises_{std::exchange(other.promises_, {})} {}

    ~group_base() { destroy(promises_, nullptr); }

    bool start(suspended_task who) { return begin(who, promises_); }

  protected:
    using task_group::decisive;

    const std::array<task_promise*, sizeof...(Ts)>& promises() const noexcept { return promises_; }

  private:
    std::array<task_promise*, sizeof...(Ts)> promises_;
};

// What a task gives to a tuple.
template <class T>
using tuple_value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
tuple_value<T> take_value(task_promise& from) {
    auto& typed = static_cast<task_promise_of<T>&>(from);
    if constexpr (std::is_void_v<T>) {
        typed.take();
        return {};
    } else {
        return typed.take();
    }
}

template <class... Ts>
class all_operation final : public group_base<task_group::decided_by::failure, Ts...> {
  public:
    using base = group_base<task_group::decided_by::failure, Ts...>;
    using base::base;

    auto get() {
        if (this->decisive() != nullptr) {
            std::rethrow_exception(this->decisive()->failure());
        }
        if constexpr (!(std::is_void_v<Ts> && ...)) {
            return values(std::index_sequence_for<Ts...>{});
        }
    }

    auto take() {
        return caught([this] { return get(); });
    }

  private:
    template <std::size_t... Is>
    std::tuple<tuple_value<Ts>...> values(std::index_sequence<Is...>) {
        return {take_value<Ts>(*this->promises()[Is])...};
    }
};

template <class T, class... Ts>
class any_operation final : public group_base<task_group::decided_by::success, T, Ts...> {
    static_assert((std::same_as<T, Ts> && ...), "the tasks given to any() return the same type");

  public:
    using base = group_base<task_group::decided_by::success, T, Ts...>;
    using base::base;

    T get() { return static_cast<task_promise_of<T>*>(this->decisive())->take(); }

    result<T> take() {
        return caught([this] { return get(); });
    }
};

} // namespace detail

// `co_await all(f(), g())` begins both, in this order, and goes on when both have ended: with
// nothing if they return nothing, else with a std::tuple of what they return (std::monostate for
// nothing). The first that fails ends the others where they are, the last begun first; its
// exception is what all() throws.
template <class... Ts>
operation<detail::all_operation<Ts...>> all(task<Ts>... tasks) {
    static_assert(sizeof...(Ts) > 0, "all() of at least one task");
    return operation<detail::all_operation<Ts...>>{std::in_place, std::move(tasks)...};
}

// `co_await any(f(), g())` begins both, unless the first succeeds at once, and goes on with what
// the first returns that succeeds; the others are ended where they are. If all fail, any() throws
// the exception of the last.
template <class T, class... Ts>
operation<detail::any_operation<T, Ts...>> any(task<T> first, task<Ts>... others) {
    return operation<detail::any_operation<T, Ts...>>{std::in_place, std::move(first),
                                                      std::move(others)...};
}

} // namespace iapp

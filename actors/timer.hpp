#pragma once
// Timers as messages.

#include <iapp/mailbox/memory_pool.hpp>
#include <iapp/reactor/timer_wheel.hpp>

#include <utility>

namespace iapp {

struct cell;

// The record behind a timer handle; lives in the worker's memory pool.
struct timer_record : timer_node {
    using destroyer = void (*)(timer_record* self, memory_pool& from);

    timer_record(fire_function on_fire, destroyer on_end, cell& to, duration period) noexcept
        : timer_node{on_fire}, destroy{on_end}, owner{to}, every{period} {}

    destroyer destroy;
    cell& owner;
    duration every; // zero: once
};

// A running timer of an actor: destroying the handle cancels it, and nothing of it arrives
// afterwards. Keep it in the actor. Worker's thread only.
class [[nodiscard]] timer {
  public:
    timer() noexcept = default;

    timer(timer&& other) noexcept : record_{std::exchange(other.record_, nullptr)} {}

    timer& operator=(timer&& other) noexcept {
        timer gone{std::move(*this)}; // what ran before is cancelled at once
        record_ = std::exchange(other.record_, nullptr);
        return *this;
    }

    ~timer() { cancel(); }

    void cancel() noexcept;

    // Whether it will fire (again).
    bool armed() const noexcept { return record_ != nullptr && record_->armed(); }

  private:
    friend class context;

    explicit timer(timer_record* record) noexcept : record_{record} {}

    timer_record* record_ = nullptr;
};

} // namespace iapp

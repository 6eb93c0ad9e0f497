#pragma once
// queue_registry: the event queues of one system.

#include <iapp/actors/queue_core.hpp>
#include <iapp/actors/system_life.hpp>

#include <atomic>
#include <cstdint>
#include <string_view>

namespace iapp {

class system_control;

// Any thread finds and makes queues in it, by lists that only grow. Queues are freed with it.
class queue_registry {
  public:
    // Queues of one system; beyond it none is made.
    static constexpr std::uint32_t queues_max = 1U << 16;

    queue_registry() = default;
    ~queue_registry();
    queue_registry(const queue_registry&) = delete;
    queue_registry& operator=(const queue_registry&) = delete;

    // The queue of that name, made if there is none; an empty name: a new one. Null: queues_max are
    // there. Its type may be another one than asked for.
    queue_core* get(system_control& system, unsigned workers, const message_type* type,
                    std::string_view name, const queue_options& options);

    // Kept for good.
    system_life& life() noexcept { return life_; }

  private:
    static queue_core* find(queue_core* first, std::string_view name) noexcept;
    static void free_all(queue_core* first) noexcept;

    system_life& life_ = system_life::begin();
    std::atomic<queue_core*> named_{nullptr};
    std::atomic<queue_core*> nameless_{nullptr};
    std::atomic<std::uint32_t> count_{0};
};

} // namespace iapp

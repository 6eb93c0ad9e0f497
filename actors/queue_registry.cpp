#include <iapp/actors/queue_registry.hpp>

#include <iapp/actors/worker.hpp>

#include <memory>

namespace iapp {

queue_registry::~queue_registry() {
    life_.end();
    free_all(named_.load(std::memory_order_relaxed)); // all others have ended
    free_all(nameless_.load(std::memory_order_relaxed));
}

void queue_registry::free_all(queue_core* first) noexcept {
    while (first != nullptr) {
        delete std::exchange(first, first->next);
    }
}

queue_core* queue_registry::get(system_control& system, unsigned workers, const message_type* type,
                                std::string_view name, const queue_options& options) {
    std::atomic<queue_core*>& all = name.empty() ? nameless_ : named_;
    queue_core* first = all.load(std::memory_order_acquire); // pairs with the exchange below
    if (queue_core* found = find(first, name)) {
        return found;
    }
    // relaxed: a bound, orders nothing.
    if (count_.fetch_add(1, std::memory_order_relaxed) >= queues_max) {
        count_.fetch_sub(1, std::memory_order_relaxed);
        return nullptr;
    }
    auto made = std::make_unique<queue_core>(workers, type, name, options);
    for (unsigned i = 0; i < workers; ++i) {
        made->lane(i).home = &system.at({i});
    }
    do {
        if (queue_core* found = find(first, name)) { // another thread was first
            count_.fetch_sub(1, std::memory_order_relaxed);
            return found;
        }
        made->next = first;
        // release: whoever finds the queue sees it made. acquire: the other thread's one.
    } while (!all.compare_exchange_weak(first, made.get(), std::memory_order_acq_rel,
                                        std::memory_order_acquire));
    return made.release();
}

queue_core* queue_registry::find(queue_core* first, std::string_view name) noexcept {
    for (queue_core* each = name.empty() ? nullptr : first; each != nullptr; each = each->next) {
        if (each->name() == name) {
            return each;
        }
    }
    return nullptr;
}

} // namespace iapp

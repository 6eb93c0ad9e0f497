#include <iapp/actors/system_life.hpp>

#include <thread>

namespace iapp {

system_life& system_life::begin() {
    static constinit std::atomic<system_life*> all{nullptr}; // so that none looks lost
    auto* const made = new system_life;
    made->next_ = all.load(std::memory_order_relaxed);
    // relaxed: nobody reads through the list.
    while (!all.compare_exchange_weak(made->next_, made, std::memory_order_relaxed)) {
    }
    return *made;
}

void system_life::end() noexcept {
    ended_.store(true, std::memory_order_seq_cst);
    // Also acquire: pairs with the release at the end of a visit.
    while (visitors_.load(std::memory_order_seq_cst) != 0) {
        std::this_thread::yield();
    }
}

} // namespace iapp

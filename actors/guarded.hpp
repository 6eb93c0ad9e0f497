#pragma once
// guarded: runs code of users, whose exceptions end here.

#include <exception>
#include <utility>

namespace iapp {

// Runs work(); when it throws, failed(why) with the words of the exception. False when it threw.
template <class F, class G>
bool guarded(F&& work, G&& failed) noexcept {
    try {
        std::forward<F>(work)();
        return true;
    } catch (const std::exception& e) {
        std::forward<G>(failed)(e.what());
    } catch (...) {
        std::forward<G>(failed)("an exception that is no std::exception");
    }
    return false;
}

} // namespace iapp

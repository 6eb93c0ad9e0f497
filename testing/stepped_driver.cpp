#include <iapp/testing/stepped_driver.hpp>

#include <iapp/actors/offload_pool.hpp>

#include <algorithm>

namespace iapp {

template <class Done>
bool stepped_driver::go_on_until(Done done, std::chrono::nanoseconds time) {
    const time_point until = deadline_after(now(), time);
    bool more = true;
    while (!done()) {
        if (!more) {
            return false;
        }
        more = go_on(until);
    }
    return true;
}

void stepped_driver::start(std::span<worker_loop* const> workers) {
    for (worker_loop* each : workers) {
        workers_.emplace_back(*each);
    }
}

bool stepped_driver::has_offloads() const noexcept {
    return offloads_ != nullptr && offloads_->has_work();
}

void stepped_driver::run_offload() noexcept {
    if (offloads_ != nullptr) {
        offloads_->run_one();
    }
}

bool stepped_driver::wait(notice& what, std::chrono::nanoseconds time) {
    return go_on_until([&] { return what.given(); }, time);
}

const worker_loop* stepped_driver::join(std::chrono::nanoseconds time) {
    const auto late = [this] {
        return std::find_if(workers_.begin(), workers_.end(),
                            [](const stepped_worker& each) { return !each.ended(); });
    };
    const bool all = go_on_until([&] { return late() == workers_.end(); }, time);
    return all ? nullptr : &late()->loop();
}

} // namespace iapp

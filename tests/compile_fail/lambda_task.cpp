// error: a lambda is no task
#include <iapp/actors/task.hpp>
#include <iapp/actors/task_sleep.hpp>

#include <chrono>

iapp::task<> start(iapp::context& cx) {
    auto nap = [&cx]() -> iapp::task<> { co_await cx.sleep(std::chrono::seconds{1}); };
    return nap();
}

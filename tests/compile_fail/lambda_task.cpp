// error: cx.run() takes a function or a member function
#include <iapp/actors/task_root.hpp>
#include <iapp/actors/task_sleep.hpp>

#include <chrono>

void start(iapp::context& cx) {
    cx.run([&cx]() -> iapp::task<> { co_await cx.sleep(std::chrono::seconds{1}); });
}

// error: a request names its reply
#include <iapp/actors/task_ask.hpp>

#include <chrono>

struct put {
    int value;
};

iapp::task<> script(iapp::context& cx, iapp::ref<put> whom) {
    co_await cx.ask<put>(whom, std::chrono::seconds{1}, 7);
}

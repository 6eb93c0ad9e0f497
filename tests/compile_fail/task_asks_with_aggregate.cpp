// error: give ask() what the message is made of, and not the message
#include <iapp/actors/task_ask.hpp>

#include <chrono>
#include <string>

struct put {
    using reply = void;
    std::string name;
};

iapp::task<> script(iapp::context& cx, iapp::ref<put> whom) {
    co_await cx.ask<put>(whom, std::chrono::seconds{1}, put{"a"});
}

// error: a request names its reply
#include <iapp/actors/context_templates.hpp>

#include <chrono>

struct put {
    int value;
};

void ask(iapp::context& cx, iapp::ref<put> whom) {
    cx.ask<put>(
        whom, std::chrono::seconds{1}, [](iapp::result<int>) {}, 7);
}

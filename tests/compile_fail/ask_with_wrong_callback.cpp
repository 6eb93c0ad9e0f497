// error: the callback of an ask takes an iapp::result of the reply
#include <iapp/actors/task_ask.hpp>

#include <chrono>
#include <string>

struct get {
    using reply = int;
    int key;
};

void start(iapp::context& cx, const iapp::ref<get>& store) {
    static_cast<void>(cx.ask<get>(
        store, std::chrono::seconds{1}, [](const iapp::result<std::string>&) {}, 7));
}

// error: cx.run() takes a function or a member function
#include <iapp/actors/task_root.hpp>

iapp::task<> script(iapp::context& cx);

void start(iapp::context& cx) {
    cx.run([&cx] { return script(cx); });
}

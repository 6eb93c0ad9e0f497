// error: a task does not take an aggregate or a lambda that has a destructor by value
#include <iapp/actors/task.hpp>

#include <string>

template <class F>
iapp::task<> call(F f) {
    f();
    co_return;
}

iapp::task<> script(std::string text) {
    co_await call([text] { return text.size(); });
}

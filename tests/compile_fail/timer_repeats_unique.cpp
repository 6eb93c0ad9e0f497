// error: what is sent again and again is copied each time
#include <iapp/actors/context_templates.hpp>

#include <chrono>
#include <memory>

struct note {
    std::unique_ptr<int> number;
};

iapp::timer start(iapp::context& cx) {
    iapp::timer once = cx.after(std::chrono::seconds{1}, note{});
    return cx.every(std::chrono::seconds{1}, note{});
}

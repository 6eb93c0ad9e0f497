// error: capture nothing that has a destructor, and give offload() the arguments
#include <iapp/actors/task_offload.hpp>

#include <string>

iapp::task<> script(iapp::context& cx, std::string path) {
    co_await cx.offload([path] { return path.size(); });
}

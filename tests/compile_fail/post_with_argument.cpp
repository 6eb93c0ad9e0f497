// error: a callback takes no arguments
#include <iapp/actors/context_templates.hpp>

void post(iapp::context& cx) {
    cx.post(iapp::worker{0}, [](int) {});
}

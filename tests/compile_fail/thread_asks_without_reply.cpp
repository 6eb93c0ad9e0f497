// error: a request names its reply
#include <iapp/actors/system.hpp>

#include <chrono>

struct put {
    int value;
};

bool ask(iapp::system& system, iapp::ref<put> whom) {
    return static_cast<bool>(system.ask(whom, std::chrono::seconds{1}, put{7}));
}

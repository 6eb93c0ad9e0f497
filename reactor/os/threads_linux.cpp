// Linux.

#include <iapp/reactor/os/threads.hpp>

#include <pthread.h>
#include <sched.h>

namespace iapp::os {

void name_this_thread(const std::string& name) noexcept {
    constexpr std::size_t longest = 15; // pthread_setname_np(3): longer ones fail with ERANGE
    ::pthread_setname_np(::pthread_self(), name.substr(0, longest).c_str());
}

std::vector<int> usable_processors() {
    std::vector<int> usable;
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) == 0) {
        for (int i = 0; i < CPU_SETSIZE; ++i) {
            if (CPU_ISSET(i, &set)) {
                usable.push_back(i);
            }
        }
    }
    return usable;
}

bool pin_this_thread(int processor) noexcept {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return ::pthread_setaffinity_np(::pthread_self(), sizeof set, &set) == 0;
}

} // namespace iapp::os

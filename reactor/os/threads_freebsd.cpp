// FreeBSD.

#include <iapp/reactor/os/threads.hpp>

#include <sys/param.h>

#include <pthread.h>
#include <pthread_np.h>
#include <sys/cpuset.h>

namespace iapp::os {

void name_this_thread(const std::string& name) noexcept {
    ::pthread_set_name_np(::pthread_self(), name.c_str());
}

std::vector<int> usable_processors() {
    std::vector<int> usable;
    cpuset_t set;
    CPU_ZERO(&set);
    if (::cpuset_getaffinity(CPU_LEVEL_WHICH, CPU_WHICH_PID, -1, sizeof set, &set) == 0) {
        for (int i = 0; i < CPU_SETSIZE; ++i) {
            if (CPU_ISSET(i, &set)) {
                usable.push_back(i);
            }
        }
    }
    return usable;
}

bool pin_this_thread(int processor) noexcept {
    cpuset_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return ::pthread_setaffinity_np(::pthread_self(), sizeof set, &set) == 0;
}

} // namespace iapp::os

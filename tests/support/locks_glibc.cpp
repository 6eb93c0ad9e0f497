// pthread_mutex_lock: counted, then passed on to the next definition, the C library's.

#include "support/locks.hpp"

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>

namespace iapp::test {

namespace {

using lock_function = int (*)(pthread_mutex_t*);

constinit std::atomic<std::uint64_t> locks{0};
constinit std::atomic<lock_function> next_lock{nullptr};

} // namespace

std::uint64_t locks_of_process() noexcept {
    return locks;
}

} // namespace iapp::test

using namespace iapp::test;

extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
    lock_function next = next_lock;
    if (next == nullptr) {
        next = reinterpret_cast<lock_function>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
        next_lock = next;
    }
    ++locks;
    return next(mutex);
}

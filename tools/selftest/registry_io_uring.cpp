#include "check.hpp"

namespace selftest {

const bool kqueue_is_libkqueue = false;

std::vector<theme> registry() {
    return {connect_checks(), socket_checks(),   poll_checks(), signal_checks(),
            epoll_checks(),   io_uring_checks(), limit_checks()};
}

} // namespace selftest

#include "check.hpp"

namespace selftest {

const bool kqueue_is_libkqueue = false;

std::vector<theme> registry() {
    return {connect_checks(),       socket_checks(),          poll_checks(),
            signal_checks(),        kqueue_change_checks(),   kqueue_user_checks(),
            kqueue_socket_checks(), kqueue_listener_checks(), freebsd_checks(),
            limit_checks()};
}

} // namespace selftest

// Linux with libkqueue, which proves the kqueue engine and is never the default.

#include <iapp/reactor/engine_table.hpp>
#include <iapp/reactor/epoll/epoll_poller.hpp>
#include <iapp/reactor/kqueue/kqueue_poller.hpp>
#include <iapp/reactor/poll/poll_poller.hpp>

#include <array>

namespace iapp {

std::span<const engine_entry> engine_table() {
    static constexpr std::array table{
        readiness_entry<make_epoll_poller>("epoll"),
        readiness_entry<make_poll_poller>("poll"),
        readiness_entry<make_kqueue_poller>("kqueue"),
    };
    return table;
}

} // namespace iapp

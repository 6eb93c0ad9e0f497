// Linux with libkqueue, which proves the kqueue engine and is never the default.

#include <iapp/reactor/engine_table.hpp>
#include <iapp/reactor/epoll/epoll_poller.hpp>
#include <iapp/reactor/kqueue/kqueue_poller.hpp>
#include <iapp/reactor/poll/poll_poller.hpp>

#include <array>

namespace iapp {

std::span<const poller_entry> poller_table() {
    static constexpr std::array<poller_entry, 3> table{{
        {"epoll", make_epoll_poller},
        {"poll", make_poll_poller},
        {"kqueue", make_kqueue_poller},
    }};
    return table;
}

} // namespace iapp

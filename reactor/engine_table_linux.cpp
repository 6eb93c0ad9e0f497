// Linux.

#include <iapp/reactor/engine_table.hpp>
#include <iapp/reactor/epoll/epoll_poller.hpp>
#include <iapp/reactor/poll/poll_poller.hpp>

#include <array>

namespace iapp {

std::span<const poller_entry> poller_table() {
    static constexpr std::array<poller_entry, 2> table{{
        {"epoll", make_epoll_poller},
        {"poll", make_poll_poller},
    }};
    return table;
}

} // namespace iapp

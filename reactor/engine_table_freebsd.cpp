// FreeBSD.

#include <iapp/reactor/engine_table.hpp>
#include <iapp/reactor/kqueue/kqueue_poller.hpp>
#include <iapp/reactor/poll/poll_poller.hpp>

#include <array>

namespace iapp {

std::span<const poller_entry> poller_table() {
    static constexpr std::array<poller_entry, 2> table{{
        {"kqueue", make_kqueue_poller},
        {"poll", make_poll_poller},
    }};
    return table;
}

} // namespace iapp

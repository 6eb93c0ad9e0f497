// FreeBSD.

#include <iapp/reactor/engine_table.hpp>
#include <iapp/reactor/kqueue/kqueue_poller.hpp>
#include <iapp/reactor/poll/poll_poller.hpp>

#include <array>

namespace iapp {

std::span<const engine_entry> engine_table() {
    static constexpr std::array table{
        readiness_entry<make_kqueue_poller>("kqueue"),
        readiness_entry<make_poll_poller>("poll"),
    };
    return table;
}

} // namespace iapp

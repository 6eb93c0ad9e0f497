// Linux with liburing.

#include <iapp/reactor/engine_table.hpp>
#include <iapp/reactor/epoll/epoll_poller.hpp>
#include <iapp/reactor/io_uring/uring_engine.hpp>
#include <iapp/reactor/poll/poll_poller.hpp>

#include <array>

namespace iapp {

namespace {

result<std::unique_ptr<engine>> make_uring_engine(const engine_parts& parts) {
    result<std::unique_ptr<uring_engine>> made = uring_engine::make(parts);
    if (!made) {
        return made.error();
    }
    return std::unique_ptr<engine>{std::move(*made)};
}

} // namespace

std::span<const engine_entry> engine_table() {
    static constexpr std::array table{
        engine_entry{"io_uring", make_uring_engine, nullptr},
        readiness_entry<make_epoll_poller>("epoll"),
        readiness_entry<make_poll_poller>("poll"),
    };
    return table;
}

} // namespace iapp

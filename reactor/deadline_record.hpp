#pragma once
// The timer of a transport that has one: a connect, a flush before close, a paused listener.

#include <iapp/reactor/timer_wheel.hpp>
#include <iapp/reactor/transport.hpp>

namespace iapp {

// Lives in the reactor's record pool, apart from the transport, because most have none.
struct deadline_record : timer_node {
    deadline_record(transport& t, timer_node::fire_function on_fire) noexcept
        : timer_node{on_fire}, of{t} {}

    transport& of;
};

} // namespace iapp

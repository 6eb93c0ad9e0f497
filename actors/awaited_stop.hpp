#pragma once
// awaited_stop: an order to stop whose sender waits until the actor has ended.

#include <iapp/actors/reply_slot.hpp>
#include <iapp/actors/stop_order.hpp>

#include <memory>

namespace iapp {

// From a thread that is no worker. The answer is why the actor ended; that it was stopped, if it
// was gone already; none, if its worker stops first.
struct awaited_stop {
    static void run(void* worker, std::uint64_t to, void* payload, fate what);

    stop_order order;
    std::shared_ptr<reply_slot<exit_reason>> slot;
};

} // namespace iapp

#pragma once
// The poll(2) poller: the reference, small enough to be seen to be right. Each wait costs time for
// every descriptor registered.

#include <iapp/reactor/poller.hpp>
#include <iapp/reactor/result.hpp>

#include <memory>

namespace iapp {

// Fails with the errno of pipe2().
result<std::unique_ptr<poller>> make_poll_poller();

} // namespace iapp

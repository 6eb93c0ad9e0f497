#pragma once
// The epoll poller (Linux).

#include <iapp/reactor/poller.hpp>
#include <iapp/reactor/result.hpp>

#include <memory>

namespace iapp {

// Fails with the errno of epoll_create1 or eventfd.
result<std::unique_ptr<poller>> make_epoll_poller();

} // namespace iapp

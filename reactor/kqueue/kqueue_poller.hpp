#pragma once
// The kqueue poller: FreeBSD's own, and on Linux libkqueue's, which proves it.

#include <iapp/reactor/poller.hpp>
#include <iapp/reactor/result.hpp>

#include <memory>

namespace iapp {

// Fails with the errno of the system.
//
// wait() should be given 512 places: libkqueue drops events that find no room, of at most two for
// each socket.
result<std::unique_ptr<poller>> make_kqueue_poller();

} // namespace iapp

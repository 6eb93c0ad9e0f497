#pragma once
// A reactor that a test steps by itself, on the engine that IAPP_ENGINE names; that of a simulated
// network too, where a wait moves its clock.

#include "support/endpoint.hpp"
#include "support/kernels.hpp"
#include "support/waiting.hpp"

#include <iapp/reactor/sim/sim_network.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>

namespace iapp::test {

// At its end everything is closed, and every operation must have ended, every socket be closed and
// every buffer be back. Endpoints are declared after it, so that they go first.
class reactor_fixture {
  public:
    explicit reactor_fixture(const reactor_options& options = {},
                             std::unique_ptr<forwarding_kernel> os = nullptr);
    ~reactor_fixture();
    reactor_fixture(const reactor_fixture&) = delete;
    reactor_fixture& operator=(const reactor_fixture&) = delete;

    reactor& io() noexcept { return *io_; }

    forwarding_kernel& os() noexcept { return *os_; }

    // One turn, or several, that do not wait.
    void turn(unsigned count = 1);

    // Turns until `done` is true; the test fails with `what` when that never happens.
    void run_until(const std::string& what, const std::function<bool()>& done);

    // A few turns that wait a little: a chance for what must not happen.
    void settle();

    // Connects two endpoints and starts both. `at`: where to listen for the purpose.
    void join(endpoint& client, endpoint& server, const receive_options& options = {},
              const address& at = loopback());
    // The same without starting the server's end.
    void join_unstarted(endpoint& client, endpoint& server, const address& at = loopback());

    // Begins to connect; the test fails when that is refused at once.
    void connect(endpoint& client, const address& to, const connect_options& options = {});

    buffer copy(std::string_view text) { return io_->buffers().copy(text); }

    static address loopback() { return *address::parse("127.0.0.1:0"); }

  private:
    result<std::unique_ptr<reactor>> make(const reactor_options& options,
                                          std::unique_ptr<forwarding_kernel> os);

    std::unique_ptr<sim_network> network_; // null on a real engine
    forwarding_kernel* os_ = nullptr;      // owned by io_
    std::unique_ptr<reactor> io_;
};

// A path for a Unix socket that nobody else uses; removed at the end.
class socket_path {
  public:
    socket_path();
    ~socket_path();
    socket_path(const socket_path&) = delete;
    socket_path& operator=(const socket_path&) = delete;

    const std::string& text() const noexcept { return path_; }

    address at() const { return *address::unix_path(path_); }

    bool exists() const;

  private:
    std::string path_;
};

} // namespace iapp::test

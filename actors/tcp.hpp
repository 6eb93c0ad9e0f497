#pragma once
// Connecting in tasks.

#include <iapp/actors/context.hpp>
#include <iapp/actors/stream_operation.hpp>
#include <iapp/reactor/address.hpp>

#include <chrono>
#include <type_traits>

namespace iapp {

namespace detail {

class connect_operation final : public stream_operation {
  public:
    connect_operation(const address& to, const connect_options& options) noexcept
        : stream_operation{nullptr, side::writes, duration::max()}, to_{to}, options_{options} {}

    result<stream> take();

  private:
    result<stream_inbox*> begin(reactor& io) override;

    bool step() override { return !inbox().connecting(); }

    address to_;
    connect_options options_;
    stream made_;
};

} // namespace detail

namespace tcp {

// `stream s = co_await tcp::connect(cx, address, 3s)`, of a Unix address as well. Errors are the
// system's (connection_refused…), and timed_out after the deadline; 0: the system's own.
inline operation<detail::connect_operation> connect(context&, const address& to,
                                                    std::chrono::milliseconds deadline,
                                                    const stream_options& options = {}) {
    static_assert(std::is_trivially_destructible_v<stream_options>); // see task.hpp
    return operation<detail::connect_operation>{
        std::in_place, to, connect_options{.deadline = deadline, .stream = options}};
}

} // namespace tcp
} // namespace iapp

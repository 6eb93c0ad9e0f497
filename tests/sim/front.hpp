#pragma once
// front: listens, and spawns a session for each connection.

#include <iapp/sim.hpp>

#include <chrono>
#include <cstdint>
#include <tuple>
#include <utility>

namespace iapp::test {

struct listen_again {};

// Session's constructor takes the context, the connection, and Args. Some faults keep it from
// listening for a while: then it tries again.
template <class Session, class... Args>
class front {
  public:
    using accepts = messages<accepted, listen_again>;

    front(context& cx, const address& at, const Args&... args) : cx_{cx}, at_{at}, args_{args...} {
        on(listen_again{});
    }

    void on(accepted m) {
        std::apply([&](auto&... each) { cx_.spawn<Session>(std::move(m.connection), each...); },
                   args_);
    }

    void on(listen_again) {
        result<listener> made = cx_.listen(at_, {.balance = true});
        if (made) {
            listener_ = std::move(*made);
        } else {
            again_ = cx_.after(std::chrono::milliseconds{100}, listen_again{});
        }
    }

  private:
    context& cx_;
    address at_;
    std::tuple<Args...> args_;
    listener listener_;
    timer again_;
};

// A service with a front on each of its workers, of which there are 1 to `workers_max`; the name of
// a Unix socket can have only one.
template <class Session, class... Args>
iapp::system& start_service(sim_world& world, sim_host on, const address& at,
                            std::uint64_t workers_max, const Args&... args) {
    const auto workers = static_cast<unsigned>(1 + world.random().below(workers_max));
    const unsigned fronts = at.family() == address_family::unix_path ? 1 : workers;
    iapp::system& service = world.add_system(on, {.workers = workers});
    for (unsigned i = 0; i < fronts; ++i) {
        service.spawn<front<Session, Args...>>({.on = {i}}, at, args...);
    }
    return service;
}

} // namespace iapp::test

// A small proxy: passes bytes between each client and an origin, in both directions, with
// back-pressure and half-closes. Usage: relay LISTEN:PORT ORIGIN:PORT

#include <iapp/iapp.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>

using namespace std::chrono_literals;

namespace {

// Owns both connections of one client. Either ends when the other one has, or by an error.
class relay {
  public:
    using accepts = iapp::messages<>;

    relay(iapp::context& cx, iapp::stream client, const iapp::address& origin)
        : cx_{cx}, client_{std::move(client)}, origin_{origin} {
        cx_.run(&relay::run, this);
    }

  private:
    iapp::task<> run() {
        const iapp::result<void> over = co_await serve().as_result();
        if (!over) { // a reset or a timeout is an ordinary end, and no failure of the actor
            std::fprintf(stderr, "relay: %s\n", over.error().message().c_str());
        }
        cx_.stop();
    }

    iapp::task<> serve() {
        server_ = co_await iapp::tcp::connect(cx_, origin_, 3s);
        co_await iapp::all(pump(client_, server_), pump(server_, client_));
    }

    iapp::task<> pump(iapp::stream& from, iapp::stream& to) {
        co_await iapp::transfer(from, to, {.idle = 10min});
        to.shutdown_write(); // a half-close crosses the proxy
    }

    iapp::context& cx_;
    iapp::stream client_;
    iapp::stream server_;
    iapp::address origin_;
};

class front {
  public:
    using accepts = iapp::messages<iapp::accepted, iapp::closed, iapp::signalled>;

    front(iapp::context& cx, const iapp::address& at, const iapp::address& origin)
        : cx_{cx}, origin_{origin} {
        iapp::result<iapp::listener> made = cx_.listen(at, {.balance = true});
        if (!made) {
            throw std::system_error(made.error(), at.to_string());
        }
        listener_ = std::move(*made);
        if (iapp::result<iapp::signal_watch> interrupt = cx_.on_signal(SIGINT)) {
            interrupt_ = std::move(*interrupt); // the first of the workers gets it
        }
    }

    void on(iapp::accepted m) { cx_.spawn<relay>(std::move(m.connection), origin_); }

    void on(const iapp::closed&) { cx_.stop_system(1); }

    void on(iapp::signalled) { cx_.stop_system(0); }

  private:
    iapp::context& cx_;
    iapp::address origin_;
    iapp::listener listener_;
    iapp::signal_watch interrupt_;
};

} // namespace

int main(int argc, char** argv) {
    const auto at = iapp::address::parse(argc > 2 ? argv[1] : "");
    const auto origin = iapp::address::parse(argc > 2 ? argv[2] : "");
    if (!at || !origin) {
        std::fprintf(stderr, "usage: relay LISTEN:PORT ORIGIN:PORT\n");
        return 2;
    }
    iapp::system system{{.workers = 2, .name = "relay"}};
    for (unsigned i = 0; i < system.workers(); ++i) {
        if (!system.spawn<front>({.on = {i}}, *at, *origin)) {
            return 1;
        }
    }
    system.wait_until_stopped();
    return system.exit_status();
}

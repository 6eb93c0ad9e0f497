// A small proxy: passes bytes between each client and an origin, in both directions, with
// back-pressure and half-closes. Usage: relay LISTEN:PORT ORIGIN:PORT

#include <iapp/iapp.hpp>

#include <csignal>
#include <cstdio>

namespace {

// Owns both connections of one client.
class relay {
  public:
    using accepts = iapp::messages<iapp::connected, iapp::bytes, iapp::drained, iapp::input_ended,
                                   iapp::closed>;

    relay(iapp::context& cx, iapp::stream client, const iapp::address& origin)
        : cx_{cx}, client_{std::move(client)} {
        iapp::result<iapp::stream> server = cx_.connect(origin);
        if (!server) {
            cx_.stop();
            return;
        }
        server_ = std::move(*server);
        cx_.start(client_);
        cx_.start(server_); // receives once it is connected
    }

    void on(iapp::connected) {}

    void on(iapp::bytes m) {
        if (other(m.from).write(std::move(m.data)) != iapp::write_status::ok) {
            same(m.from).pause(); // until the other side has taken what it has
        }
    }

    void on(iapp::drained m) { other(m.from).resume(); }

    void on(iapp::input_ended m) { other(m.from).shutdown_write(); }

    void on(const iapp::closed& m) {
        if (m.why || ++closed_ == 2) {
            cx_.stop();
        }
    }

  private:
    iapp::stream& same(iapp::slot_id id) { return id == client_.id() ? client_ : server_; }

    iapp::stream& other(iapp::slot_id id) { return id == client_.id() ? server_ : client_; }

    iapp::context& cx_;
    iapp::stream client_;
    iapp::stream server_;
    int closed_ = 0;
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

// A first server: sends back what it receives. Try it with: nc 127.0.0.1 7777

#include <iapp/iapp.hpp>

#include <csignal>
#include <cstdio>

namespace {

// One for each connection, on the worker that accepted it.
class echo {
  public:
    using accepts = iapp::messages<iapp::bytes, iapp::drained, iapp::closed>;

    echo(iapp::context& cx, iapp::stream s) : cx_{cx}, stream_{std::move(s)} { cx_.start(stream_); }

    void on(iapp::bytes m) {
        if (stream_.write(std::move(m.data)) != iapp::write_status::ok) {
            stream_.pause(); // the peer does not read: neither do we
        }
    }

    void on(iapp::drained) { stream_.resume(); }

    void on(const iapp::closed&) { cx_.stop(); }

  private:
    iapp::context& cx_;
    iapp::stream stream_;
};

// Listens, and spawns an echo for each connection.
class front {
  public:
    using accepts = iapp::messages<iapp::accepted, iapp::closed, iapp::signalled>;

    front(iapp::context& cx, const iapp::address& at) : cx_{cx} {
        iapp::result<iapp::listener> made = cx_.listen(at);
        iapp::result<iapp::signal_watch> interrupt = cx_.on_signal(SIGINT);
        if (!made || !interrupt) {
            throw std::system_error(made ? interrupt.error() : made.error(), at.to_string());
        }
        listener_ = std::move(*made);
        interrupt_ = std::move(*interrupt);
    }

    void on(iapp::accepted m) { cx_.spawn<echo>(std::move(m.connection)); }

    void on(const iapp::closed&) { cx_.stop_system(1); }

    void on(iapp::signalled) { cx_.stop_system(0); }

  private:
    iapp::context& cx_;
    iapp::listener listener_;
    iapp::signal_watch interrupt_;
};

} // namespace

int main(int argc, char** argv) {
    const auto at = iapp::address::parse(argc > 1 ? argv[1] : "127.0.0.1:7777");
    if (!at) {
        std::fprintf(stderr, "usage: echo [ADDRESS:PORT]\n");
        return 2;
    }
    iapp::system system{{.workers = 1, .name = "echo"}};
    if (!system.spawn<front>({}, *at)) {
        return 1; // the library has said why
    }
    system.wait_until_stopped();
    return system.exit_status();
}

// A chat over TCP: every line that somebody sends goes to everybody, by an event queue. Members
// live on two workers, whichever accepts them. Try it with: nc 127.0.0.1 7777

#include <iapp/iapp.hpp>

#include <csignal>
#include <cstdio>
#include <string>

namespace {

// What is published: one message to each worker, however many members that one has.
struct said {
    std::string line;
};

// One for each connection.
class member {
  public:
    using accepts = iapp::messages<said, iapp::bytes, iapp::closed>;

    member(iapp::context& cx, iapp::stream s, iapp::event_queue<said> room)
        : cx_{cx}, stream_{std::move(s)}, room_{room}, heard_{cx.subscribe(*this, room)} {
        cx_.start(stream_);
    }

    void on(iapp::bytes m) {
        begun_ += m.data.text();
        for (auto end = begun_.find('\n'); end != std::string::npos; end = begun_.find('\n')) {
            // Refused: the workers have more to do than they can. The line is lost to all.
            room_.publish(said{begun_.substr(0, end + 1)});
            begun_.erase(0, end + 1);
        }
        if (begun_.size() > line_max_bytes) {
            cx_.stop();
        }
    }

    void on(const said& what) {
        iapp::buffer text = cx_.buffers().copy(what.line);
        if (!text || stream_.write(std::move(text)) == iapp::write_status::refused) {
            cx_.stop(); // does not read what the others say
        }
    }

    void on(const iapp::closed&) { cx_.stop(); }

  private:
    static constexpr std::size_t line_max_bytes = 1024;

    iapp::context& cx_;
    iapp::stream stream_;
    iapp::event_queue<said> room_;
    iapp::subscription heard_; // ends with the member
    std::string begun_;        // a line without its end
};

// One on each worker: listens, and spawns a member for each connection.
class front {
  public:
    using accepts = iapp::messages<iapp::accepted, iapp::closed>;

    front(iapp::context& cx, const iapp::address& at) : cx_{cx}, room_{*cx.queue<said>("room")} {
        iapp::result<iapp::listener> made = cx_.listen(at, {.balance = true});
        if (!made) {
            throw std::system_error(made.error(), at.to_string());
        }
        listener_ = std::move(*made);
    }

    void on(iapp::accepted m) { cx_.spawn<member>(std::move(m.connection), room_); }

    void on(const iapp::closed&) { cx_.stop_system(1); }

  private:
    iapp::context& cx_;
    iapp::event_queue<said> room_;
    iapp::listener listener_;
};

// Ends the program when it is interrupted.
class interrupt {
  public:
    using accepts = iapp::messages<iapp::signalled>;

    explicit interrupt(iapp::context& cx) : cx_{cx}, signal_{std::move(*cx.on_signal(SIGINT))} {}

    void on(iapp::signalled) { cx_.stop_system(0); }

  private:
    iapp::context& cx_;
    iapp::signal_watch signal_;
};

} // namespace

int main(int argc, char** argv) {
    const auto at = iapp::address::parse(argc > 1 ? argv[1] : "127.0.0.1:7777");
    if (!at) {
        std::fprintf(stderr, "usage: chat [ADDRESS:PORT]\n");
        return 2;
    }
    iapp::system system{{.workers = 2, .name = "chat"}};
    system.spawn<interrupt>({});
    for (unsigned i = 0; i < system.workers(); ++i) {
        if (!system.spawn<front>({.on = {i}}, *at)) {
            return 1; // the library has said why
        }
    }
    system.wait_until_stopped();
    return system.exit_status();
}

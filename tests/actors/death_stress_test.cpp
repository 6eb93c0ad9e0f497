// Deaths on several threads: every monitor hears once.

#include "support/actors.hpp"

#include <iapp/actors/supervisor.hpp>

using namespace iapp;
using namespace iapp::test;

namespace death_stress_test {

namespace {

constexpr unsigned workers = 3;
constexpr unsigned monitors_each = 3'000;

struct quit {};

struct begin {
    ref<struct look> neighbour;
};

// Somebody to be monitored who is ending, has ended, or is not even born.
struct look {
    ref<quit> at;
};

class victim {
  public:
    using accepts = messages<quit>;

    explicit victim(context& cx) : cx_{cx} {}

    void on(quit) { cx_.stop(); }

  private:
    context& cx_;
};

// Makes victims on all workers, monitors them, shows them to his neighbour, and ends them.
class witness {
  public:
    using accepts = messages<begin, look, down>;

    witness(context& cx, std::atomic<unsigned>& done) : cx_{cx}, done_{done} {}

    witness(witness&&) = delete;

    void on(begin what) {
        neighbour_ = what.neighbour;
        for (int i = 0; i < 10; ++i) {
            make_victim();
        }
    }

    void on(look what) { monitor(what.at); }

    void on(down) {
        ++heard_;
        if (made_ < monitors_each) {
            make_victim();
        } else if (heard_ == made_ && !std::exchange(finished_, true)) {
            ++done_;
        }
    }

  private:
    void make_victim() {
        const auto made = cx_.spawn<victim>({.on = round_robin});
        if (!made) {
            return; // too many at once: others are on their way
        }
        monitor(made);
        switch (made_ % 4) {
        case 0:
            cx_.kill(made);
            break;
        case 1:
            made.send(quit{});
            break;
        case 2:
            cx_.stop(made);
            break;
        default:
            CHECK(cx_.link(made)); // it ends in order
            made.send(quit{});
        }
        if (made_ % 3 == 0) {
            neighbour_.send(look{made});
        }
    }

    void monitor(const ref<quit>& whom) {
        const result<monitor_id> asked = cx_.monitor(whom);
        CHECK(asked);
        if (made_ % 16 == 5) {
            cx_.unmonitor(*asked);
            CHECK(cx_.monitor(whom));
        }
        ++made_;
    }

    context& cx_;
    std::atomic<unsigned>& done_;
    ref<look> neighbour_;
    unsigned made_ = 0;
    unsigned heard_ = 0;
    bool finished_ = false;
};

} // namespace

TEST_CASE("on several threads every monitor hears once, whatever happens at the same time") {
    checked_system sys{{.workers = workers}};
    std::atomic<unsigned> done{0};
    std::vector<ref_to<witness>> all;
    for (unsigned i = 0; i < workers; ++i) {
        all.push_back(sys->spawn<witness>({.on = worker{i}}, std::ref(done)));
    }
    for (unsigned i = 0; i < workers; ++i) {
        CHECK(all[i].send(begin{all[(i + 1) % workers]}));
    }
    CHECK(eventually([&] { return done == workers; }));
    sys.stop();
}

} // namespace death_stress_test

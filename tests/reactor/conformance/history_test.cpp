// A random life of many connections, lived on two engines: on the one under test and on poll, the
// plainest. What each owner is told is what a model says, and on both engines the same.

#include "support/random.hpp"
#include "support/reactor_fixture.hpp"
#include "support/stream_model.hpp"
#include "support/visited_door.hpp"

#include <iapp/reactor/engines.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace history_test {

namespace {

constexpr std::ptrdiff_t live_most = 10; // connections
constexpr unsigned stages = 25;
constexpr std::uint64_t rounds = 2;
constexpr std::size_t waiting_max = 200'000; // less than makes a stream refuse

struct side {
    side() {
        e.on_drained = [this](endpoint&) { full = false; };
    }

    endpoint e;
    bool started = false;
    bool full = false; // a write said so, and `drained` is to come
};

struct connection {
    bool local = false; // over a Unix socket, where nothing is reset
    connection_model model;
    std::array<side, 2> sides;
};

// A timer that counts; armed once.
struct counted_timer : timer_node {
    counted_timer()
        : timer_node{[](timer_node& node) { ++static_cast<counted_timer&>(node).fired; }} {}

    int fired = 0;
    bool cancelled = false;
};

// Who connects where nobody listens.
struct stranger {
    endpoint e;
    std::errc refusal{};
    bool gave_up = false;
};

const address deserted = *address::parse("127.0.0.1:1");

// What is done follows from the seed and the model alone, never from what the engine has got done.
class life {
  public:
    life(std::uint64_t seed, const std::string& engine)
        : random_{seed}, f_{{.engine = engine}}, doors_{{f_, reactor_fixture::loopback()},
                                                        {f_, door_path_.at()}} {}

    // Each entry is what one end had been told when a stage was over.
    std::vector<std::string> live() {
        for (unsigned stage = 0; stage < stages; ++stage) {
            for (std::uint64_t acts = random_.below(30); acts > 0; --acts) {
                act();
                f_.turn(static_cast<unsigned>(random_.below(3)));
            }
            come_to_rest();
        }
        f_.settle(); // nothing of what must not happen does
        compare();
        return std::move(history_);
    }

  private:
    void act() {
        const std::uint64_t what = random_.below(40);
        if (what < 3 || connections_.empty()) {
            open();
        } else if (what == 3) {
            call_nobody();
        } else if (what < 7) {
            arm(what == 4);
        } else if (what < 10) {
            act_at(doors_[random_.below(2)]);
        } else {
            connection& one = *connections_[random_.below(connections_.size())];
            act_on(one, static_cast<unsigned>(random_.below(2)));
        }
    }

    void open() {
        const auto any_live = [](const auto& one) { return one->model.any_live(); };
        if (std::count_if(connections_.begin(), connections_.end(), any_live) == live_most) {
            return;
        }
        auto one = std::make_unique<connection>();
        one->local = random_.one_in(3);
        f_.join_unstarted(one->sides[0].e, one->sides[1].e,
                          one->local ? path_.at() : reactor_fixture::loopback());
        for (side& each : one->sides) {
            CHECK(!each.e.s.set_options({.nodelay = true})); // none waits for the other's receipt
        }
        start(*one, 0);
        if (random_.one_in(2)) {
            start(*one, 1);
        }
        connections_.push_back(std::move(one));
    }

    void start(connection& one, unsigned s) {
        one.sides[s].e.start(
            {.io_size_bytes = static_cast<std::uint32_t>(1 + random_.below(20'000))});
        one.sides[s].started = true;
        one.model.read(s, true);
    }

    // Where no file is, or at a port that nobody listens on; who gives up at once hears of neither.
    void call_nobody() {
        strangers_.push_back(std::make_unique<stranger>());
        stranger& s = *strangers_.back();
        s.refusal = random_.one_in(2) ? std::errc::no_such_file_or_directory
                                      : std::errc::connection_refused;
        f_.connect(s.e, s.refusal == std::errc::connection_refused ? deserted : nobody_.at());
        if (random_.one_in(3)) {
            s.gave_up = true;
            random_.one_in(2) ? s.e.s.close() : s.e.s.abort();
        }
    }

    void act_at(visited_door& door) {
        const std::uint64_t what = random_.below(8);
        if (what < 2) {
            door.open(what == 0);
        } else if (what < 4) {
            door.withdraw(random_);
        } else {
            door.visit(random_);
        }
    }

    void arm(bool never) {
        timers_.push_back(std::make_unique<counted_timer>());
        counted_timer& t = *timers_.back();
        const auto wait = std::chrono::microseconds{random_.below(3'000)};
        f_.io().timers().arm(t, f_.io().now() + (never ? 1h : wait));
        if (never) {
            f_.io().timers().cancel(t);
            t.cancelled = true;
        }
    }

    void act_on(connection& one, unsigned s);
    void limit(stream& handle, bool input);
    void write(connection& one, unsigned s, std::size_t size);
    void end(connection& one, unsigned s, std::uint64_t how);
    void come_to_rest();
    bool at_rest() const;
    void compare();

    random_source random_;
    reactor_fixture f_;
    const socket_path path_;
    const socket_path nobody_;
    const socket_path door_path_;
    visited_door doors_[2];
    std::vector<std::unique_ptr<connection>> connections_;
    std::vector<std::unique_ptr<stranger>> strangers_;
    std::vector<std::unique_ptr<counted_timer>> timers_;
    std::vector<std::string> history_;
};

void life::act_on(connection& one, unsigned s) {
    stream& handle = one.sides[s].e.s;
    const bool live = one.model.sides[s].live();
    const std::uint64_t what = random_.below(26);
    if (one.model.reset_coming(s)) {
        return;
    }
    if (!one.sides[s].started) {
        start(one, s);
    } else if (what < 3) {
        end(one, s, what);
    } else if (what == 3) {
        handle.shutdown_write();
        if (live) {
            one.model.shut(s);
        }
    } else if (what < 10) {
        const bool pauses = what < 6 && one.model.may_pause(s);
        pauses ? handle.pause() : handle.resume();
        if (live) {
            one.model.read(s, !pauses);
        }
    } else if (what < 12) {
        limit(handle, what == 10);
    } else {
        write(one, s, 1 + random_.below(what == 12 ? 500'000 : 30'000));
    }
}

// Takes time, a few milliseconds for the largest text, and changes nothing of what is told.
void life::limit(stream& handle, bool input) {
    const std::uint64_t bytes_per_second = random_.one_in(3) ? 0 : 100'000'000;
    const std::uint64_t burst_bytes = 20'000 + random_.below(100'000);
    input ? handle.limit_receive(bytes_per_second, burst_bytes)
          : handle.limit_send(bytes_per_second, burst_bytes);
}

void life::write(connection& one, unsigned s, std::size_t size) {
    const side_model& m = one.model.sides[s];
    const std::string text = pattern(size, random_.below(1'000));
    if (one.model.may_write(s, size, waiting_max)) {
        const write_status taken = one.sides[s].e.write(f_.io(), text);
        CHECK(taken != write_status::refused);
        one.sides[s].full = one.sides[s].full || taken == write_status::full;
        one.model.write(s, text);
    } else if (m.shut || !m.live()) {
        CHECK(one.sides[s].e.write(f_.io(), text) == write_status::refused);
    }
}

void life::end(connection& one, unsigned s, std::uint64_t how) {
    stream& handle = one.sides[s].e.s;
    if (how == 0 && !one.local && one.model.may_abort(s)) {
        handle.abort();
        one.model.abort(s);
    } else if (one.model.may_close(s)) {
        if (random_.one_in(2)) {
            const bool heard = one.model.sides[1 - s].reading; // else the system must take it
            write(one, s, 1 + random_.below(heard ? 150'000 : 4'000));
        }
        if (how == 1) {
            handle.close();
            one.model.close(s);
        } else {
            handle = stream{};
            one.model.let_go(s);
        }
    }
}

void life::come_to_rest() {
    for (const auto& one : connections_) {
        one->model.settle();
    }
    f_.run_until("everything that is to be told", [this] { return at_rest(); });
    compare();
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        for (const unsigned s : {0U, 1U}) {
            const endpoint& e = connections_[i]->sides[s].e;
            if (connections_[i]->model.certain(s)) {
                history_.push_back(std::to_string(i) + (s == 0 ? " client " : " server ") +
                                   std::to_string(e.in.size()) + " bytes, " +
                                   std::to_string(e.ended) + " ends, closed " +
                                   std::to_string(e.closed) + ": " + e.why.message());
            }
        }
    }
}

bool is_at_rest(const connection& one, unsigned s) {
    const side& real = one.sides[s];
    const side_model& m = one.model.sides[s];
    if (m.closed != told_end::none) {
        return real.e.closed == 1;
    }
    if (m.live() && one.model.sides[1 - s].reading && (real.full || real.e.s.unsent_bytes() > 0)) {
        return false;
    }
    return m.gone || !m.reading || (real.e.in.size() >= m.told && real.e.ended >= int{m.ended});
}

bool life::at_rest() const {
    return std::all_of(
               connections_.begin(), connections_.end(),
               [](const auto& one) { return is_at_rest(*one, 0) && is_at_rest(*one, 1); }) &&
           std::all_of(strangers_.begin(), strangers_.end(),
                       [](const auto& each) { return each->e.closed == 1; }) &&
           std::all_of(timers_.begin(), timers_.end(),
                       [](const auto& each) { return each->cancelled || each->fired == 1; }) &&
           doors_[0].at_rest() && doors_[1].at_rest();
}

void compare_side(const connection& one, unsigned s) {
    CAPTURE(s);
    CAPTURE(one.local);
    const endpoint& e = one.sides[s].e;
    const side_model& m = one.model.sides[s];
    const std::string& sent = one.model.sides[1 - s].written;
    CHECK(std::string_view{sent}.starts_with(e.in));
    if (one.model.certain(s)) {
        CHECK(e.in.size() == m.told);
        CHECK(e.ended == int{m.ended});
        CHECK(e.closed == int{m.closed != told_end::none});
        CHECK((e.why == std::errc::connection_reset) == (m.closed == told_end::reset));
        CHECK((m.closed != told_end::well || !e.why));
    }
}

void life::compare() {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        CAPTURE(i);
        compare_side(*connections_[i], 0);
        compare_side(*connections_[i], 1);
        CHECK(connections_[i]->sides[0].e.connected == 1);
        CHECK(connections_[i]->sides[1].e.connected == 0);
    }
    for (const auto& each : strangers_) {
        CHECK(each->e.connected == 0);
        CHECK((each->gave_up ? each->e.closed_well() : each->e.closed_with(each->refusal)));
    }
    doors_[0].compare();
    doors_[1].compare();
    for (const auto& each : timers_) {
        CHECK(each->fired == (each->cancelled ? 0 : 1));
    }
}

std::vector<std::string> live_on(const std::string& engine, std::uint64_t seed) {
    INFO("on " << wanted_engine(engine));
    return life{seed, engine}.live();
}

} // namespace

TEST_CASE("owners are told what a model says they are, and on every engine the same") {
    INFO("IAPP_TEST_SEED=" << seed());
    for (std::uint64_t round = 0; round < rounds; ++round) {
        CAPTURE(round);
        const std::vector<std::string> tested = live_on("", seed() * 1'000 + round);
        const std::vector<std::string> plain = live_on("poll", seed() * 1'000 + round);
        REQUIRE(tested.size() == plain.size());
        for (std::size_t i = 0; i < plain.size(); ++i) {
            REQUIRE(tested[i] == plain[i]);
        }
    }
}

} // namespace history_test

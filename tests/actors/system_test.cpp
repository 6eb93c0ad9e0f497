// Starting and stopping systems.

#include "support/actors.hpp"

#include <doctest/doctest.h>

#include <iapp/reactor/engines.hpp>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace system_test {

namespace {

struct where {
    using reply = unsigned;
};

class locator {
  public:
    using accepts = messages<where>;

    explicit locator(context& cx) : cx_{cx} {}

    unsigned on(where) { return cx_.worker_index(); }

  private:
    context& cx_;
};

struct finish {
    int status = 0;
};

class finisher {
  public:
    using accepts = messages<finish>;

    explicit finisher(context& cx) : cx_{cx} {}

    void on(finish what) { cx_.stop_system(what.status); }

  private:
    context& cx_;
};

} // namespace

TEST_CASE("a system starts and stops with 1, 2 and 62 workers, and each hosts actors") {
    for (const unsigned workers : {1U, 2U, 62U}) {
        CAPTURE(workers);
        checked_system sys{{.workers = workers}};
        CHECK(sys->workers() == workers);
        for (unsigned i = 0; i < workers; ++i) {
            const auto actor = sys->spawn<locator>({.on = {i}});
            REQUIRE(actor);
            CHECK(sys.ask<where>(actor) == i);
        }
        const worker_statistics last = sys.stop();
        CHECK(last.actors.actors_spawned == workers);
        CHECK(last.actors.delivered == workers);
    }
}

TEST_CASE("no worker and 63 workers are invalid_argument") {
    for (const unsigned workers : {0U, 63U, 1000U}) {
        CAPTURE(workers);
        std::error_code why;
        try {
            const iapp::system never{{.workers = workers}};
        } catch (const std::system_error& e) {
            why = e.code();
        }
        CHECK(why == std::errc::invalid_argument);
    }
}

TEST_CASE("an engine that this build does not have is invalid_argument, and named") {
    std::error_code why;
    std::string text;
    try {
        const iapp::system never{{.workers = 2, .io = {.engine = "steam"}}};
    } catch (const std::system_error& e) {
        why = e.code();
        text = e.what();
    }
    CHECK(why == std::errc::invalid_argument);
    CHECK(text.find("steam") != std::string::npos);
}

TEST_CASE("every engine of this build can be asked for by name") {
    for (const std::string_view name : engine_names()) {
        CAPTURE(name);
        checked_system sys{{.io = {.engine = std::string{name}}}};
        CHECK(sys->engine_name() == name);
    }
}

TEST_CASE("a system that nobody stopped stops by itself") {
    std::atomic<int> alive{0};

    struct present {
        using accepts = messages<>;

        explicit present(std::atomic<int>* count_) : count{count_} { ++*count; }

        present(present&&) = delete;

        ~present() { --*count; }

        std::atomic<int>* count;
    };

    {
        iapp::system sys{{.workers = 2}};
        sys.spawn<present>({}, &alive);
        sys.spawn<present>({.on = {1}}, &alive);
        CHECK(alive == 2);
    }
    CHECK(alive == 0);
}

TEST_CASE("stop can be called again, and afterwards nothing starts") {
    checked_system sys;
    const auto actor = sys->spawn<counter>({});
    sys.stop();
    CHECK(sys->stop(0s));
    CHECK_FALSE(sys->spawn<counter>({}));
    CHECK_FALSE(actor.send(add{1}));
    CHECK(sys->ask(actor, patience(), total{}).error() == actor_error::unanswered);
}

TEST_CASE("wait returns with the first status that was asked for") {
    checked_system sys{{.workers = 2}};
    CHECK_FALSE(sys->wait(0s));
    CHECK(sys->exit_status() == 0);
    const auto actor = sys->spawn<finisher>({.on = {1}});
    actor.send(finish{7});
    CHECK(sys->wait(patience()));
    CHECK(sys->wait(0s)); // still true
    sys->request_stop(9);
    CHECK(sys->exit_status() == 7);
}

TEST_CASE("statistics are asked for while the workers run, and read when they have stopped") {
    checked_system sys{{.workers = 2}};
    const auto actor = sys->spawn<counter>({.on = {1}});
    for (int i = 0; i < 10; ++i) {
        actor.send(add{i});
    }
    CHECK(sys.ask<total>(actor) == 45);
    const result<worker_statistics> running = sys->statistics(patience());
    REQUIRE(running);
    CHECK(running->actors.sent == 11);
    CHECK(running->actors.delivered == 11);
    CHECK(running->actors.actors_spawned == 1);
    CHECK(running->actors.actors_ended == 0);
    CHECK(running->actors.turns > 0);
    const worker_statistics last = sys.stop();
    CHECK(last.actors.delivered == 11);
    CHECK(last.actors.actors_ended == 1);
}

TEST_CASE("two systems in one process know nothing of each other, and can send to each other") {
    checked_system first{{.workers = 2, .name = "first"}};
    checked_system second{{.workers = 2, .name = "second"}};
    const auto a = first->spawn<counter>({.on = {1}});
    const auto b = second->spawn<counter>({.on = {1}});
    a.send(add{1});
    b.send(add{10});
    CHECK(first.ask<total>(a) == 1);
    CHECK(second.ask<total>(b) == 10);
    first.stop();
    b.send(add{10});
    CHECK(second.ask<total>(b) == 20);
}

TEST_CASE("idle workers sleep") {
    checked_system sys{{.workers = 2}};
    const auto turns = [&] {
        const result<worker_statistics> now = sys->statistics(patience());
        REQUIRE(now);
        return now->actors.turns;
    };
    turns();
    const std::uint64_t before = turns();
    std::this_thread::sleep_for(50ms);
    CHECK(turns() - before <= 20); // asking costs some; a worker that spins takes thousands
    CHECK(sys.stop().actors.sleeps > 0);
}

TEST_CASE("systems that stop at once, with mail and threads that go on sending, stop in order") {
    for (int round = 0; round < 20; ++round) {
        const std::uint64_t before = letters_after_end();
        checked_system sys{{.workers = 3}};
        std::vector<ref_to<counter>> actors;
        for (unsigned i = 0; i < 3; ++i) {
            actors.push_back(sys->spawn<counter>({.on = {i}}));
        }
        std::atomic<bool> go_on{true};
        std::vector<std::thread> senders;
        std::atomic<std::uint64_t> sent{0};
        for (int t = 0; t < 2; ++t) {
            senders.emplace_back([&] {
                while (go_on) {
                    for (const auto& actor : actors) {
                        actor.send(add{1});
                        ++sent;
                    }
                }
            });
        }
        while (sent < 100) {
            std::this_thread::yield();
        }
        const result<void> ended = sys->stop(patience());
        CHECK_MESSAGE(ended, sys->stop_report());
        go_on = false;
        for (std::thread& sender : senders) {
            sender.join();
        }
        const worker_statistics last = sys.stop();
        CHECK(last.actors.sent + letters_after_end() - before == sent);
    }
}

} // namespace system_test

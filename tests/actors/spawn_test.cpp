// The beginning and the end of actors.

#include "support/actors.hpp"

#include <doctest/doctest.h>

#include <mutex>

using namespace iapp;
using namespace iapp::test;

namespace spawn_test {

namespace {

// What happened, in order, written by workers and read by the test.
class journal {
  public:
    void note(std::string what) {
        const std::lock_guard lock{mutex_};
        entries_.push_back(std::move(what));
    }

    std::vector<std::string> entries() {
        const std::lock_guard lock{mutex_};
        return entries_;
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> entries_;
};

struct beget {};

struct leave {};

// Notes its birth and its end; begets children of its kind in its constructor or when asked.
class parent {
  public:
    using accepts = messages<beget, leave>;

    parent(context& cx, journal* log, std::string name, int generations)
        : cx_{cx}, log_{log}, name_{std::move(name)} {
        log_->note("+" + name_);
        if (generations > 0) {
            CHECK(cx_.spawn<parent>(log_, name_ + "c", generations - 1));
        }
    }

    parent(parent&&) = delete;

    ~parent() { log_->note("-" + name_); }

    void on(beget) { CHECK(cx_.spawn<parent>(log_, name_ + "h", 0)); }

    void on(leave) { cx_.stop(); }

  private:
    context& cx_;
    journal* log_;
    std::string name_;
};

class refuser {
  public:
    using accepts = messages<>;

    refuser(context& cx, bool polite) {
        if (polite) {
            throw std::runtime_error("not today");
        }
        child_ = cx.spawn<counter>(); // lives on
        throw 42;
    }

  private:
    ref_to<counter> child_;
};

class brief {
  public:
    using accepts = messages<add>;

    brief(context& cx, std::atomic<int>* heard, std::atomic<int>* gone)
        : heard_{heard}, gone_{gone} {
        cx.stop();
    }

    brief(brief&&) = delete;

    ~brief() { ++*gone_; }

    void on(add) { ++*heard_; }

  private:
    std::atomic<int>* heard_;
    std::atomic<int>* gone_;
};

struct populate {
    using reply = int;
    int count = 0;
};

class breeder {
  public:
    using accepts = messages<populate>;

    explicit breeder(context& cx) : cx_{cx} {}

    int on(populate what) {
        int made = 0;
        for (int i = 0; i < what.count; ++i) {
            made += cx_.spawn<counter>() ? 1 : 0;
        }
        return made;
    }

  private:
    context& cx_;
};

} // namespace

TEST_CASE("a constructor that throws gives an empty ref, is counted, and hurts nobody else") {
    checked_system sys;
    const auto before = sys->spawn<counter>({});
    CHECK_FALSE(sys->spawn<refuser>({}, true));
    CHECK_FALSE(sys->spawn<refuser>({}, false));
    before.send(add{3});
    CHECK(sys.ask<total>(before) == 3);
    const worker_statistics last = sys.stop();
    CHECK(last.actors.actors_failed == 2);
    CHECK(last.actors.actors_spawned == 2); // the counter and the child of the second
}

TEST_CASE("actors end in the opposite order, so that children go before their parents") {
    journal log;
    checked_system sys;
    const auto a = sys->spawn<parent>({}, &log, std::string{"a"}, 2);
    sys->spawn<parent>({}, &log, std::string{"b"}, 0);
    a.send(beget{});
    CHECK(eventually([&] { return log.entries().size() == 5; }));
    sys.stop();
    CHECK(log.entries() == std::vector<std::string>{"+a", "+ac", "+acc", "+b", "+ah", // births
                                                    "-ah", "-b", "-acc", "-ac", "-a"});
}

TEST_CASE("an actor that stops itself ends after the handler, and hears no more") {
    journal log;
    checked_system sys;
    const auto a = sys->spawn<parent>({}, &log, std::string{"a"}, 0);
    a.send(leave{});
    a.send(beget{});
    CHECK(eventually([&] { return log.entries().size() == 2; }));
    const worker_statistics last = sys.stop();
    CHECK(log.entries() == std::vector<std::string>{"+a", "-a"});
    CHECK(dead_letters(last, dead_letter::stale) + dead_letters(last, dead_letter::stopped) == 1);
    CHECK(last.actors.delivered == 1);
}

TEST_CASE("an actor that stops in its constructor never hears anything") {
    std::atomic<int> heard{0};
    std::atomic<int> gone{0};
    checked_system sys;
    const auto actor = sys->spawn<brief>({}, &heard, &gone);
    CHECK(actor); // it was constructed
    CHECK(eventually([&] { return gone == 1; }));
    actor.send(add{1});
    const worker_statistics last = sys.stop();
    CHECK(heard == 0);
    CHECK(dead_letters(last, dead_letter::stale) + dead_letters(last, dead_letter::stopped) == 1);
}

TEST_CASE("beyond actors_max spawn gives an empty ref and counts it") {
    checked_system sys{{.limits = {.actors_max = 10}}};
    const auto b = sys->spawn<breeder>({});
    CHECK(sys.ask(b, populate{20}) == 9);
    CHECK_FALSE(sys->spawn<counter>({}));
    const worker_statistics last = sys.stop();
    CHECK(last.actors.actors_refused == 12);
    CHECK(last.actors.actors_spawned == 10);
}

TEST_CASE("actors come and go, and slots are used again under other names") {
    journal log;
    checked_system sys{{.limits = {.actors_max = 2}}};
    std::vector<ref_to<parent>> refs;
    for (int i = 0; i < 50; ++i) {
        ref_to<parent> actor;
        CHECK(eventually([&] {
            actor = sys->spawn<parent>({}, &log, std::string{"a"}, 0);
            return static_cast<bool>(actor);
        }));
        for (const auto& old : refs) {
            CHECK(old != actor);
        }
        refs.push_back(actor);
        actor.send(leave{});
    }
    for (const auto& old : refs) {
        old.send(beget{}); // stale: reaches nobody
    }
    const worker_statistics last = sys.stop();
    CHECK(last.actors.actors_spawned == 50);
    CHECK(last.actors.sent == 100);
    CHECK(last.actors.delivered <= 50); // the last one may have been stopped before it left
}

namespace {

struct where {
    using reply = const void*;
};

// Small and trivially copyable, so that a function could return it in a register.
struct tiny {
    using accepts = messages<where>;

    explicit tiny(const void** made_at) { *made_at = this; }

    const void* on(where) { return this; }
};

} // namespace

TEST_CASE("what a constructor sees as its actor's address is where the actor lives") {
    checked_system sys;
    const void* made_at = nullptr;
    const auto one = sys->spawn<tiny>({}, &made_at);
    CHECK(sys.ask(one, where{}) == made_at);
}

} // namespace spawn_test

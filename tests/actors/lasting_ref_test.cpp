// Refs that outlive their actors' system.

#include "support/actors.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <thread>

using namespace iapp;
using namespace iapp::test;

namespace lasting_ref_test {

namespace {

struct parcel_of_heap {
    std::unique_ptr<int> value;
};

class taker {
  public:
    using accepts = messages<add, parcel_of_heap>;

    void on(add) {}

    void on(parcel_of_heap) {}
};

struct pass {
    using reply = bool;
    ref<add> to;
};

// Sends across systems.
class passer {
  public:
    using accepts = messages<pass>;

    bool on(pass what) { return what.to.send(add{1}); }
};

} // namespace

TEST_CASE("what is sent after a system's end is a dead letter that the process counts") {
    ref_to<taker> late;
    {
        checked_system sys{{.workers = 2}};
        late = sys->spawn<taker>({.on = {1}});
        CHECK(late.home() != nullptr);
        CHECK(late.send(add{1}));
    }
    const std::uint64_t before = letters_after_end();
    CHECK(late); // it names somebody still
    CHECK(late.home() == nullptr);
    CHECK_FALSE(late.send(add{1}));
    CHECK_FALSE(late.send(parcel_of_heap{std::make_unique<int>(1)}));
    CHECK(letters_after_end() == before + 2);
}

TEST_CASE("a system that has stopped is as good as ended for those who send to it") {
    checked_system sys;
    const ref_to<taker> late = sys->spawn<taker>({});
    const worker_statistics last = sys.stop();
    const std::uint64_t before = letters_after_end();
    CHECK_FALSE(late.send(add{1}));
    CHECK_FALSE(late.send(parcel_of_heap{std::make_unique<int>(1)}));
    CHECK(letters_after_end() == before + 2);
    CHECK(sys->statistics(patience())->actors.sent == last.actors.sent);
}

TEST_CASE("a ref of an ended system never reaches a later one") {
    ref_to<counter> late;
    {
        checked_system sys;
        late = sys->spawn<counter>({});
    }
    checked_system sys;
    const auto now = sys->spawn<counter>({});
    CHECK(now.id() == late.id());
    CHECK(now != late);
    CHECK_FALSE(late.send(add{1}));
    CHECK(sys.ask<total>(now) == 0);
}

TEST_CASE("actors send to those of another system in the process, and to what is left of it") {
    checked_system here;
    const auto messenger = here->spawn<passer>({});
    ref<add> abroad;
    {
        checked_system there;
        const auto to = there->spawn<counter>({});
        abroad = to;
        CHECK(here.ask(messenger, pass{abroad}));
        CHECK(there.ask<total>(to) == 1);
    }
    const std::uint64_t before = letters_after_end();
    CHECK_FALSE(here.ask(messenger, pass{abroad}));
    CHECK(letters_after_end() == before + 1);
}

TEST_CASE("threads that send while a system ends do no harm, and every letter is counted") {
    for (int round = 0; round < 20; ++round) {
        const std::uint64_t before = letters_after_end();
        std::optional<checked_system> sys{std::in_place, system_options{.workers = 2}};
        const auto to = (*sys)->spawn<taker>({.on = {1}});
        std::atomic<bool> sending{false};
        std::uint64_t after = 0;
        std::thread sender{[&] {
            while (letters_after_end() == before) {
                to.send(add{1});
                to.send(parcel_of_heap{std::make_unique<int>(1)});
                sending = true;
            }
            after = letters_after_end() - before;
        }};
        CHECK(eventually([&] { return sending.load(); }));
        sys.reset();
        sender.join();
        CHECK(after >= 1);
        CHECK(after <= 2);
    }
}

} // namespace lasting_ref_test

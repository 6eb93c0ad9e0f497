// Blocking work on other threads.

#include "support/actors.hpp"
#include "support/reports.hpp"
#include "support/stepped_worker.hpp"

#include <atomic>
#include <memory>
#include <semaphore>
#include <thread>

using namespace iapp;
using namespace iapp::test;

namespace offload_test {

namespace {

struct order {
    std::function<void(context&)>* what;
};

struct quit {};

// Does what the test says, with its context.
class clerk {
  public:
    using accepts = messages<order, quit>;

    explicit clerk(context& cx) : cx_{cx} {}

    void on(order o) { (*o.what)(cx_); }

    void on(quit) { cx_.stop(); }

    ref<order, quit> self() { return cx_.self(*this); }

  private:
    context& cx_;
};

// A system with one actor that does what it is told.
class office {
  public:
    explicit office(offload_options options = {}) : sys_{{.offload = options}} {}

    // Runs it in a handler; it lives as long as the office.
    void tell(std::function<void(context&)> what) {
        orders_.push_back(std::make_unique<std::function<void(context&)>>(std::move(what)));
        CHECK(clerk_.send(order{orders_.back().get()}));
    }

    void dismiss() { CHECK(clerk_.send(quit{})); }

    worker_counters now() { return sys_->statistics(patience())->actors; }

    checked_system& system() noexcept { return sys_; }

    // All that was started has ended in one of two ways.
    worker_counters stop() {
        const worker_counters last = sys_.stop().actors;
        CHECK(last.offloads_started == last.offloads_ran + last.offloads_dropped);
        return last;
    }

  private:
    std::vector<std::unique_ptr<std::function<void(context&)>>> orders_;
    checked_system sys_;
    ref<order, quit> clerk_ = sys_->spawn<clerk>({});
};

// What another thread waits for.
class gate {
  public:
    void open() { opened_.release(1'000); }

    void pass() { opened_.acquire(); }

  private:
    std::counting_semaphore<> opened_{0};
};

} // namespace

TEST_CASE("offloaded work runs on another thread and its result comes back to the actor's") {
    office o;
    std::atomic<bool> done{false};
    o.tell([&](context& cx) {
        const auto here = std::this_thread::get_id();
        const result<void> taken = cx.offload([] { return std::this_thread::get_id(); },
                                              [&, here](result<std::thread::id> there) {
                                                  CHECK(*there != here);
                                                  CHECK(std::this_thread::get_id() == here);
                                                  done = true;
                                              });
        CHECK(taken);
        CHECK_FALSE(done);
    });
    CHECK(eventually([&] { return done.load(); }));
    const worker_counters last = o.stop();
    CHECK(last.offloads_started == 1);
    CHECK(last.offloads_ran == 1);
}

TEST_CASE("work may return nothing, a result, or what can only be moved") {
    office o;
    std::atomic<int> done{0};
    o.tell([&](context& cx) {
        CHECK(cx.offload([] {}, [&](result<void> r) { done += r ? 1 : 0; }));
        CHECK(cx.offload([]() -> result<int> { return 7; },
                         [&](result<int> r) { done += *r == 7 ? 1 : 0; }));
        CHECK(cx.offload([]() -> result<int> { return std::errc::io_error; },
                         [&](result<int> r) { done += r.error() == std::errc::io_error ? 1 : 0; }));
        CHECK(cx.offload([in = std::make_unique<int>(1)] { return std::make_unique<int>(*in + 1); },
                         [&](result<std::unique_ptr<int>> r) { done += **r == 2 ? 1 : 0; }));
    });
    CHECK(eventually([&] { return done == 4; }));
    CHECK(o.stop().offloads_ran == 4);
}

TEST_CASE("an exception from the work is an error for the actor and harms nobody") {
    const reports kept;
    office o;
    std::atomic<int> done{0};
    o.tell([&](context& cx) {
        const auto expect = [&](std::error_code what) {
            return [&, what](result<void> r) { done += r.error() == what ? 1 : 0; };
        };
        CHECK(cx.offload([] { throw std::runtime_error{"no such thing"}; },
                         expect(actor_error::threw)));
        CHECK(cx.offload([] { throw 7; }, expect(actor_error::threw)));
        CHECK(cx.offload([] { throw std::bad_alloc{}; },
                         expect(std::make_error_code(std::errc::not_enough_memory))));
        CHECK(cx.offload([] { throw std::system_error{std::make_error_code(std::errc::io_error)}; },
                         expect(std::make_error_code(std::errc::io_error))));
    });
    CHECK(eventually([&] { return done == 4; }));
    CHECK(o.stop().actors_failed == 0);
    CHECK(reports::count("failed: no such thing") == 1);
    CHECK(reports::all().size() == 2);
}

TEST_CASE("a callback that throws fails its actor and nothing else") {
    const reports kept;
    office o;
    o.tell([](context& cx) {
        CHECK(cx.offload([] {}, [](result<void>) { throw std::runtime_error{"unheard of"}; }));
    });
    CHECK(eventually([&] { return o.now().actors_failed == 1; }));
    CHECK(reports::count("unheard of") == 1);
    CHECK(o.stop().offloads_ran == 1);
}

TEST_CASE("the actor's end drops results, and work that has not begun is not done") {
    office o{{.threads = 1}};
    gate begun;
    gate end;
    std::atomic<int> done{0};
    const auto held = std::make_shared<int>(0);
    o.tell([&](context& cx) {
        CHECK(cx.offload(
            [&] {
                begun.open();
                end.pass();
                ++done;
            },
            [&, held](result<void>) { done += 100; }));
        for (int i = 0; i < 3; ++i) {
            CHECK(cx.offload([&] { done += 10; }, [&, held](result<void>) { done += 100; }));
        }
    });
    begun.pass();
    o.dismiss();
    CHECK(eventually([&] { return held.use_count() == 1; })); // the callbacks are gone already
    end.open();
    CHECK(eventually([&] { return o.now().offloads_dropped == 4; }));
    CHECK(done == 1);
    o.stop();
}

TEST_CASE("beyond the queue's limit work is refused at once, and counted") {
    office o{{.threads = 1, .queue_max = 2}};
    gate begun;
    gate end;
    gate tried;
    o.tell([&](context& cx) {
        const auto ignore = [](result<void>) {};
        CHECK(cx.offload(
            [&] {
                begun.open();
                end.pass();
            },
            ignore));
        begun.pass(); // so that the queue is empty
        CHECK(cx.offload([] {}, ignore));
        CHECK(cx.offload([] {}, ignore));
        CHECK(cx.offload([] {}, ignore).error() == actor_error::refused);
        tried.open();
    });
    tried.pass();
    end.open();
    CHECK(eventually([&] { return o.now().offloads_ran == 3; }));
    CHECK(o.stop().offloads_refused == 1);
}

TEST_CASE("every thread of the pool works while others are blocked") {
    office o{{.threads = 4}};
    std::atomic<int> inside{0};
    std::atomic<int> done{0};
    o.tell([&](context& cx) {
        for (int i = 0; i < 4; ++i) {
            CHECK(cx.offload(
                [&] {
                    ++inside;
                    return eventually([&] { return inside == 4; }); // all are here at once
                },
                [&](result<bool> together) { done += *together ? 1 : 0; }));
        }
    });
    CHECK(eventually([&] { return done == 4; }));
    o.stop();
}

TEST_CASE("a system without such threads refuses the work") {
    office o{{.threads = 0}};
    std::atomic<bool> refused{false};
    o.tell([&](context& cx) {
        refused = cx.offload([] {}, [](result<void>) {}).error() == std::errc::not_supported;
    });
    CHECK(eventually([&] { return refused.load(); }));
    o.stop();
}

TEST_CASE("a system that stops waits for work that has begun and names it when that is late") {
    office o{{.threads = 2}};
    gate begun;
    gate end;
    o.tell([&](context& cx) {
        const auto never = [](result<void>) { FAIL("its actor has ended"); };
        for (int i = 0; i < 2; ++i) {
            CHECK(cx.offload(
                [&] {
                    begun.open();
                    end.pass();
                },
                never));
        }
        CHECK(cx.offload([] { FAIL("nobody wants it any more"); }, never));
    });
    begun.pass();
    CHECK(o.system()->stop(std::chrono::milliseconds{1}).error() == std::errc::timed_out);
    CHECK(eventually([&] {
        return o.system()->stop(std::chrono::milliseconds{1}).error() == std::errc::timed_out &&
               o.system()->stop_report().find("offloaded") != std::string::npos;
    }));
    CHECK(o.system()->stop_report().find("lambda") != std::string::npos);
    end.open();
    CHECK(o.stop().offloads_dropped == 3);
}

TEST_CASE("offloads of several workers all come home, whatever ends meanwhile") {
    std::atomic<int> ran{0};

    struct worker_bee {
        using accepts = messages<quit>;

        worker_bee(context& cx, std::atomic<int>& count) : cx_{cx} {
            for (int i = 0; i < 100; ++i) {
                CHECK(cx.offload([i] { return i; },
                                 [this, &count](result<int> r) {
                                     ++count;
                                     if (*r == 50) {
                                         cx_.stop();
                                     }
                                 }));
            }
        }

        void on(quit) {}

        context& cx_;
    };

    checked_system sys{{.workers = 3, .offload = {.threads = 2, .queue_max = 10'000}}};
    for (unsigned i = 0; i < 30; ++i) {
        CHECK(sys->spawn<worker_bee>({.on = {i % 3}}, std::ref(ran)));
    }
    CHECK(eventually([&] { return sys->statistics(patience())->actors.actors_ended > 15; }));
    const worker_counters last = sys.stop().actors;
    CHECK(last.offloads_started == 3'000);
    CHECK(last.offloads_started == last.offloads_ran + last.offloads_dropped);
    CHECK(last.offloads_ran == static_cast<unsigned>(ran));
}

TEST_CASE("in a stepped system offloaded work is done when the test says so") {
    stepped_worker w;
    std::string log;
    std::function<void(context&)> both = [&](context& cx) {
        for (const char letter : {'a', 'b'}) {
            CHECK(cx.offload([&log, letter] { log += letter; },
                             [&log](result<void>) { log += '.'; }));
        }
    };
    CHECK(w.spawn<clerk>().self().send(order{&both}));
    w.turn();
    CHECK(log.empty());
    CHECK(w.work() == 2);
    CHECK(log == "ab");
    w.turn();
    CHECK(log == "ab..");
    CHECK(w.work() == 0);

    CHECK(w.spawn<clerk>().self().send(order{&both}));
    w.turn();
    w.end(); // with its actor the work is gone
    CHECK(log == "ab..");
    CHECK(w.loop().statistics().actors.offloads_dropped == 2);
}

} // namespace offload_test

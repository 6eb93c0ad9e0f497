// Which engine the workers of a system run on where the system has io_uring for some of them only.

#include "support/actors.hpp"
#include "support/no_io_uring.hpp"
#include "support/reports.hpp"

#include <iapp/actors/thread_driver.hpp>

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace engine_choice_test {

namespace {

// Workers as usual, in a thread that gets rings for so many of them and no more, as beyond
// RLIMIT_MEMLOCK; it writes down what they run on.
class sparing_driver final : public worker_driver {
  public:
    explicit sparing_driver(unsigned rings) : rings_{rings} {}

    result<std::unique_ptr<reactor>> make_reactor(const reactor_options& options) override {
        if (rings_-- == 0) {
            refuse_io_uring(ENOMEM);
        }
        return threads_.make_reactor(options);
    }

    void settle(worker_place& place) override { threads_.settle(place); }

    void start(std::span<worker_loop* const> workers) override {
        for (worker_loop* each : workers) {
            engines.emplace_back(each->io().engine_name());
        }
        threads_.start(workers);
    }

    bool wait(notice& what, std::chrono::nanoseconds time) override {
        return threads_.wait(what, time);
    }

    const worker_loop* join(std::chrono::nanoseconds time) override { return threads_.join(time); }

    std::vector<std::string> engines;

  private:
    unsigned rings_;
    thread_driver threads_{"sparing", false};
};

} // namespace

TEST_CASE("with io_uring for some workers only, all of them run on epoll and one line says so") {
    force_no_engine();
    std::size_t said = 0;
    for (const unsigned rings : {1U, 3U}) {
        CAPTURE(rings);
        std::thread{[&] {
            const reports kept;
            sparing_driver driver{rings};
            iapp::system sys{{.workers = 4}, driver};
            CHECK(driver.engines == std::vector<std::string>(4, "epoll"));
            CHECK(sys.engine_name() == "epoll");
            const auto actor = sys.spawn<counter>({.on = {3}});
            CHECK(actor.send(add{7}));
            const result<int> sum = sys.ask(actor, patience(), total{});
            REQUIRE(sum);
            CHECK(*sum == 7);
            CHECK(sys.stop(patience()));
            said += reports::count("using epoll");
        }}.join();
    }
    CHECK(said == 1); // once in a process
}

TEST_CASE("a system that is asked for io_uring by name fails when there is not enough for all") {
    std::thread{[] {
        sparing_driver driver{2};
        CHECK_THROWS_WITH_AS((iapp::system{{.workers = 3, .io = {.engine = "io_uring"}}, driver}),
                             doctest::Contains("Cannot allocate memory"), std::system_error);
    }}.join();
}

} // namespace engine_choice_test

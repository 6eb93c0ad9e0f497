// Where the kernel refuses io_uring, everything runs on the next engine.

#include "support/no_io_uring.hpp"
#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace fallback_test {

TEST_CASE("where io_uring is refused a reactor runs on epoll") {
    force_no_engine();
    for (const int error : {EPERM, ENOSYS, EINVAL}) {
        CAPTURE(error);
        without_io_uring(error, [] {
            reactor_fixture f;
            CHECK(f.io().engine_name() == "epoll");
            endpoint client;
            endpoint server;
            f.join(client, server);
            client.write(f.io(), "hello");
            f.run_until("the text", [&] { return server.in == "hello"; });
        });
    }
}

TEST_CASE("where io_uring is refused, asking for it by name fails with the reason") {
    without_io_uring(EPERM, [] {
        CHECK(reactor::make({.engine = "io_uring"}).error() == std::errc::operation_not_permitted);
    });
    without_io_uring(EINVAL, [] { // a kernel that does not know what we ask for
        CHECK(reactor::make({.engine = "io_uring"}).error() == std::errc::not_supported);
    });
}

TEST_CASE("without memory for a ring of buffers a reactor runs on epoll, and later ones do not") {
    force_no_engine();
    std::thread{[] {
        refuse_buffer_rings();
        CHECK(reactor_fixture{}.io().engine_name() == "epoll");
        CHECK(reactor::make({.engine = "io_uring"}).error() == std::errc::not_enough_memory);
    }}.join();
    CHECK(reactor_fixture{}.io().engine_name() == "io_uring");
}

} // namespace fallback_test

#include <iapp/reactor/clock.hpp>

#include <doctest/doctest.h>

#include <type_traits>

namespace clock_test {

namespace {

template <class Clock>
concept tells_the_time = requires {
    Clock::now();
};

} // namespace

TEST_CASE("the clock is a time line in nanoseconds that never asks the system") {
    CHECK_FALSE(tells_the_time<iapp::monotonic_clock>);
    CHECK(iapp::monotonic_clock::is_steady);
    CHECK(std::is_same_v<iapp::duration, std::chrono::nanoseconds>);
}

TEST_CASE("time points of the clock are added to and compared like any other") {
    const iapp::time_point start{};
    const iapp::time_point later = start + std::chrono::milliseconds{3};
    CHECK(later > start);
    CHECK((later - start).count() == 3'000'000);
}

} // namespace clock_test

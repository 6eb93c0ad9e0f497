#include <iapp/reactor/token_bucket.hpp>

#include "support/random.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace token_bucket_test {

TEST_CASE("a bucket is full at first and fills at its rate, up to its burst") {
    token_bucket bucket{1'000, 100};
    time_point now{1h};
    CHECK(bucket.available(now) == 100);
    bucket.take(100, now);
    CHECK(bucket.available(now) == 0);
    CHECK(bucket.available(now + 50ms) == 50);
    CHECK(bucket.available(now + 10h) == 100);
}

TEST_CASE("what was taken beyond the bucket is made up for before there is more") {
    token_bucket bucket{1'000, 100};
    const time_point now{1h};
    bucket.take(1'100, now);
    CHECK(bucket.available(now + 999ms) == 0);
    CHECK(bucket.available(now + 1'010ms) == 10);
    CHECK(bucket.ready_at(10) == now + 1'010ms);
    CHECK(bucket.ready_at(1'000'000) == now + 1'100ms); // as much as there ever is
}

TEST_CASE("a bucket keeps any rate, and tells when it has how much") {
    const std::uint64_t from = seed();
    INFO("IAPP_TEST_SEED=" << from);
    random_source random{from};
    for (int run = 0; run < 200; ++run) {
        const std::uint64_t rate = 1 + random.below(std::uint64_t{1} << random.below(34));
        const std::uint64_t burst = 1 + random.below(std::uint64_t{1} << random.below(34));
        token_bucket bucket{rate, burst};
        const time_point start{1h};
        time_point now = start;
        double taken = 0;
        for (int i = 0; i < 100; ++i) {
            const std::uint64_t wanted = 1 + random.below(std::min<std::uint64_t>(burst, 1U << 20));
            now = std::max(now, bucket.ready_at(wanted));
            REQUIRE(bucket.available(now) >= wanted);
            if (now > start + 1ns && bucket.ready_at(wanted) == now) {
                REQUIRE(bucket.available(now - 1ns) < wanted);
            }
            bucket.take(wanted, now);
            taken += static_cast<double>(wanted);
            // The filling of a bucket takes whole nanoseconds.
            const double seconds = std::chrono::duration<double>(now - start + 1ns).count();
            const double most = static_cast<double>(burst) + static_cast<double>(rate) * seconds;
            REQUIRE(taken <= most * 1.000001); // the arithmetic of this test
        }
    }
}

} // namespace token_bucket_test

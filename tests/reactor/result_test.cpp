#include <iapp/reactor/result.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace result_test {

using iapp::result;

namespace {

result<std::string> greet(bool politely) {
    if (!politely) {
        return std::errc::permission_denied;
    }
    return std::string{"hello"};
}

} // namespace

TEST_CASE("a result holds a value or the reason why there is none") {
    result<std::string> good = greet(true);
    REQUIRE(good);
    CHECK(*good == "hello");
    CHECK(good->size() == 5);
    CHECK_FALSE(good.error());
    *good += "!";
    CHECK(good.value() == "hello!");

    const result<std::string> bad = greet(false);
    CHECK_FALSE(bad);
    CHECK(bad.error() == std::errc::permission_denied);
}

TEST_CASE("a result carries what can only be moved") {
    result<std::unique_ptr<int>> made = std::make_unique<int>(5);
    REQUIRE(made);
    const std::unique_ptr<int> taken = std::move(*made);
    CHECK(*taken == 5);
}

TEST_CASE("a result without a value is success or an error") {
    const result<void> good;
    CHECK(good);
    CHECK_FALSE(good.error());
    const result<void> bad = std::errc::timed_out;
    CHECK_FALSE(bad);
    CHECK(bad.error() == std::errc::timed_out);
}

} // namespace result_test

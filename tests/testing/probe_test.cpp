// Probes: what they say of what came.

#include "testing/workshop.hpp"

#include <iapp/testing.hpp>

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace probe_test {
using iapp::testing::failure;
using iapp::testing::kit;

namespace {

// What the failure says of which the call is the cause; empty when it is content.
template <class F>
std::string complaint_of(F call) {
    try {
        call();
    } catch (const failure& complaint) {
        return complaint.what();
    }
    return {};
}

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a probe keeps what it is sent in order") {
    kit k;
    auto p = k.make_probe<done, complaint>();
    k.inject(p.address(), done{1});
    k.inject(p.address(), complaint{});
    CHECK(p.size() == 2);
    CHECK(p.expect<done>().id == 1);
    p.expect<complaint>();
    p.expect_nothing();
}

TEST_CASE("a failed expectation says what was expected, what came, and where") {
    kit k;
    auto p = k.make_probe<done, complaint>();
    CHECK(
        contains(complaint_of([&] { p.expect<done>(); }), "expected done next, but nothing came."));
    k.inject(p.address(), done{4});
    k.inject(p.address(), complaint{});
    const std::string text = complaint_of([&] { p.expect<complaint>(); });
    CHECK(contains(text, "expected complaint next, but these came: done 4, complaint."));
    CHECK(contains(text, "probe_test.cpp:"));
    CHECK(p.size() == 2); // nothing was taken
}

TEST_CASE("an expectation may say which message is the right one") {
    kit k;
    auto p = k.make_probe<done>();
    k.inject(p.address(), done{4});
    CHECK(contains(complaint_of([&] { p.expect<done>([](const done& d) { return d.id == 5; }); }),
                   "expected done next, and the right one, but this came: done 4."));
    CHECK(p.expect<done>([](const done& d) { return d.id == 4; }).id == 4);
}

TEST_CASE("what is disallowed must not have come, in whatever place") {
    kit k;
    auto p = k.make_probe<done, complaint>();
    p.disallow<complaint>();
    k.inject(p.address(), done{1});
    p.disallow<complaint>();
    k.inject(p.address(), complaint{});
    CHECK(contains(complaint_of([&] { p.disallow<complaint>(); }),
                   "complaint was disallowed, but these came: done 1, complaint."));
    p.clear();
    p.disallow<complaint>();
}

TEST_CASE("nothing means nothing beyond what was expected") {
    kit k;
    auto p = k.make_probe<done>();
    k.inject(p.address(), done{1});
    CHECK(contains(complaint_of([&] { p.expect_nothing(); }),
                   "expected nothing more, but this came: done 1."));
    p.expect<done>();
    p.expect_nothing();
}

TEST_CASE("a probe answers requests as it is told, and keeps them") {
    kit k;
    auto p = k.make_probe<price>();
    p.answer<price>([](const price& of) { return 10 * of.id; });
    CHECK(k.ask(p.address(), price{3}) == 30);
    CHECK(p.expect<price>().id == 3);
}

TEST_CASE("a probe without an answer fails, so that the asker gets none") {
    kit k;
    auto p = k.make_probe<price>();
    CHECK(contains(complaint_of([&] { k.ask(p.address(), price{3}); }),
                   "expected an answer to price, but got the error"));
    CHECK(k.failures() == 1);
    CHECK(!k.alive(p.address()));
    CHECK(p.expect<price>().id == 3);
}

} // namespace probe_test

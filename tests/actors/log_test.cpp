// Where reports go.

#include "support/actors.hpp"
#include "support/reports.hpp"

using namespace iapp;
using namespace iapp::test;

namespace log_test {

namespace {

struct fault {};

struct faulty {
    using accepts = messages<fault>;

    explicit faulty(bool at_once) {
        if (at_once) {
            throw std::runtime_error("not today");
        }
    }

    void on(fault) { throw std::runtime_error("no more"); }
};

} // namespace

TEST_CASE("a program gets the library's reports instead of standard error") {
    const reports kept;
    checked_system sys{{.workers = 2}};
    CHECK_FALSE(sys->spawn<faulty>({.on = {1}}, true));
    CHECK(sys->spawn<faulty>({.on = {0}}, false).send(fault{}));
    CHECK(sys->post({1}, [] { throw std::runtime_error("enough"); }));
    CHECK(eventually([] { return reports::all().size() == 3; }));
    sys.stop();

    CHECK(reports::count("could not be constructed: not today") == 1);
    CHECK(reports::count("failed in on(") == 1);
    CHECK(reports::count("failed: enough") == 1);
    for (const kept_report& each : reports::all()) {
        CHECK(each.level == log_level::error);
        CHECK(each.worker == (each.text.find("no more") == std::string::npos ? 1 : 0));
        CHECK(each.text.find("faulty") + each.text.find("lambda") != 2 * std::string::npos);
    }
}

TEST_CASE("setting a hook gives the one before, none at first and none again after null") {
    const log_hook mine = [](const log_record&) noexcept {};
    CHECK((set_log_hook(mine) == nullptr));
    CHECK((set_log_hook(nullptr) == mine));
    CHECK((set_log_hook(nullptr) == nullptr));
}

TEST_CASE("a line that is too long is cut") {
    const reports kept;
    const std::string text(2 * log_text_max, 'x');
    write_log(log_level::warning, log_record::no_worker, "%s", text.c_str());
    REQUIRE(reports::all().size() == 1);
    CHECK(reports::all().front().text.size() == log_text_max);
    CHECK(reports::all().front().worker == log_record::no_worker);
}

} // namespace log_test

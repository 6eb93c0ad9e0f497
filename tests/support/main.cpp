// The main program of every test folder: doctest's, and a seed that can be given back to it.

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

namespace {

unsigned test_cases_run = 0;

// Counts the test cases: a filter that matches none must not look like success.
class case_counter : public doctest::IReporter {
  public:
    explicit case_counter(const doctest::ContextOptions&) {}

    void test_run_end(const doctest::TestRunStats& run) override {
        test_cases_run = run.numTestCasesPassingFilters;
    }

    void report_query(const doctest::QueryData&) override {}

    void test_run_start() override {}

    void test_case_start(const doctest::TestCaseData&) override {}

    void test_case_reenter(const doctest::TestCaseData&) override {}

    void test_case_end(const doctest::CurrentTestCaseStats&) override {}

    void test_case_exception(const doctest::TestCaseException&) override {}

    void subcase_start(const doctest::SubcaseSignature&) override {}

    void subcase_end() override {}

    void log_assert(const doctest::AssertData&) override {}

    void log_message(const doctest::MessageData&) override {}

    void test_case_skipped(const doctest::TestCaseData&) override {}
};

// The seed that tests read from the environment: the caller's, otherwise a new one.
std::string choose_seed() {
    const char* const given = std::getenv("IAPP_TEST_SEED");
    if (given != nullptr) {
        return given;
    }
    const std::string seed = std::to_string(std::random_device{}());
    setenv("IAPP_TEST_SEED", seed.c_str(), 1);
    return seed;
}

} // namespace

REGISTER_LISTENER("case_counter", 1, case_counter);

int main(int argc, char** argv) {
    const std::string seed = choose_seed();
    std::printf("IAPP_TEST_SEED=%s\n", seed.c_str());
    std::fflush(stdout); // stands in the output even if a check aborts the program
    doctest::Context context{argc, argv};
    const int failed = context.run();
    if (context.shouldExit()) {
        return failed;
    }
    if (test_cases_run == 0) {
        std::printf("no test case matches\n");
        return 1;
    }
    return failed;
}

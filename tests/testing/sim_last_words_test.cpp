// A process that dies in a simulated world says first which seed it was.

#include "support/dying.hpp"

#include <iapp/sim.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <string_view>

using namespace iapp;
using namespace iapp::test;

namespace sim_last_words_test {

namespace {

struct fall {};

// Does in its handler what ends the process.
class faller {
  public:
    using accepts = messages<fall>;

    explicit faller(void (*how)()) : how_{how} {}

    void on(fall) { how_(); }

  private:
    void (*how_)();
};

death die_in_seed_4711(void (*how)()) {
    return die_by([how] {
        sim_world world{{.seed = 4711}};
        {
            const sim_world another{{.seed = 1}}; // is over, and says nothing
        }
        iapp::system& sys = world.add_system(world.network().first_host());
        sys.spawn<faller>({}, how).send(fall{});
        world.run_for(std::chrono::seconds{1});
    });
}

bool has(const std::string& words, std::string_view part) {
    return words.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a failed check names the seed, and then ends the process as ever") {
    const death d = die_in_seed_4711([] { IAPP_CHECK(false, "it must not be"); });
    CHECK(has(d.words, "it must not be"));
    CHECK(has(d.words, "in a simulated world: seed 4711, turn "));
    CHECK(!has(d.words, "seed 1,"));
    CHECK(d.signal == SIGABRT);
}

TEST_CASE("whoever gives a run up that does not end hears its seed") {
    const death d = die_in_seed_4711([] { send_oneself(SIGTERM); });
    CHECK(has(d.words, "seed 4711, turn "));
    CHECK(d.signal == SIGTERM);
}

TEST_CASE("a run that ends well says nothing") {
    const death d = die_in_seed_4711([] {});
    CHECK(d.words == "");
    CHECK(d.signal == 0);
}

} // namespace sim_last_words_test

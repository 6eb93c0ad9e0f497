// Construction in two steps: a constructor, and an init() that may fail with an error.

#include "support/stepped_worker.hpp"

#include <doctest/doctest.h>

using namespace iapp;
using namespace iapp::test;

namespace init_test {

namespace {

enum class mode { ready, refuse, raise };

class starter {
  public:
    using accepts = messages<>;

    starter(context& cx, mode how, int& alive) : cx_{cx}, how_{how}, alive_{alive} { ++alive_; }

    starter(starter&&) = delete;

    ~starter() { --alive_; }

    result<void> init() {
        if (how_ == mode::refuse) {
            return std::errc::address_in_use;
        }
        if (how_ == mode::raise) {
            throw std::runtime_error{"as the test wants it"};
        }
        cx_.spawn<starter>(mode::refuse, std::ref(alive_)); // its failure is not ours
        return {};
    }

  private:
    context& cx_;
    mode how_;
    int& alive_;
};

} // namespace

TEST_CASE("init() is called after the constructor, and its failure is the constructor's") {
    int alive = 0;
    {
        stepped_worker worker;
        CHECK(worker.loop().spawn<starter>(mode::ready, alive));
        CHECK(alive == 1);
        CHECK(worker.loop().statistics().actors.actors_failed == 1);
        CHECK_FALSE(worker.loop().spawn<starter>(mode::refuse, alive));
        CHECK_FALSE(worker.loop().spawn<starter>(mode::raise, alive));
        CHECK(alive == 1);
        CHECK(worker.loop().statistics().actors.actors_failed == 3);
        CHECK(worker.loop().statistics().actors.actors_spawned == 1);
    }
    CHECK(alive == 0);
}

} // namespace init_test

#include "harness/spin_wait.hpp"
#include "raw/messages/messages.hpp"

#include <iapp/mailbox/check.hpp>

#include <boost/lockfree/spsc_queue.hpp>

#include <array>
#include <memory>
#include <vector>

namespace raw {

namespace {

using event = std::array<std::uint64_t, 2>;
using event_ring = boost::lockfree::spsc_queue<event, boost::lockfree::capacity<ring_slots>>;

// What one subscriber keeps, apart from the others.
struct alignas(64) state {
    std::uint64_t handled = 0;
    std::uint64_t sum = 0;
};

struct target {
    void (*tell)(state& who, const event& what);
    state* who;
};

void handle(state& who, const event& what) {
    ++who.handled;
    who.sum += what[1];
}

// The subscribers of one thread. That the function is a value keeps its call from being put in
// line.
class audience {
  public:
    explicit audience(std::size_t size) {
        void (*volatile tell)(state&, const event&) = &handle;
        for (std::size_t i = 0; i < size; ++i) {
            states_.push_back(std::make_unique<state>());
            targets_.push_back({tell, states_.back().get()});
        }
    }

    void tell_all(const event& what) {
        for (const target& each : targets_) {
            each.tell(*each.who, what);
        }
    }

    bool each_has(std::uint64_t handled, std::uint64_t sum) const {
        bool all = true;
        for (const auto& each : states_) {
            all = all && each->handled == handled && each->sum == sum;
        }
        return all;
    }

  private:
    std::vector<std::unique_ptr<state>> states_;
    std::vector<target> targets_;
};

} // namespace

double broadcast_ns(const bench::processor_pair& processors, std::size_t subscribers,
                    std::uint64_t deliveries) {
    const std::uint64_t publications = deliveries / subscribers;
    auto between = std::make_unique<event_ring>();
    audience near{(subscribers + 1) / 2};
    audience far{subscribers / 2};
    const auto took = bench::run_on(
        processors,
        [&] {
            for (std::uint64_t i = 0; i < publications; ++i) {
                const event what{0, i};
                bench::spin_until([&] { return between->push(what); });
                near.tell_all(what);
            }
        },
        [&] {
            for (std::uint64_t i = 0; i < publications; ++i) {
                event what;
                bench::spin_until([&] { return between->pop(what); });
                far.tell_all(what);
            }
        });
    const std::uint64_t sum = publications * (publications - 1) / 2;
    IAPP_CHECK(near.each_has(publications, sum) && far.each_has(publications, sum),
               "a subscriber missed an event or got one twice");
    return static_cast<double>(took.count()) / static_cast<double>(publications * subscribers);
}

} // namespace raw

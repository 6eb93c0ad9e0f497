// Actors that send, spawn, post, cancel, throw and stop at random, in systems that start and stop
// at random moments.

#include "sim/order.hpp"
#include "sim/post_ledger.hpp"
#include "sim/scenario.hpp"

#include <iapp/sim.hpp>

#include <stdexcept>
#include <vector>

namespace iapp::test {

namespace {

using namespace std::chrono_literals;

struct chatter {
    std::uint32_t from = 0; // the sender's number; 0: from outside
    std::uint32_t sequence = 0;
    std::uint32_t hops = 0;
};

// As chatter, but too large to travel by value.
struct letter {
    chatter head;
    std::vector<std::uint64_t> pages;
};

struct due {
    time_point at;
    std::size_t which = 0;
};

class wanderer;
using wanderer_ref = ref<chatter, letter, due>;

// What all actors of a run share: one thread, so nobody minds.
struct society {
    sim_world* world = nullptr;
    post_ledger posts;
    pair_order order;
    std::vector<bool> alive{true}; // by number
    std::vector<wanderer_ref> known;
    std::vector<std::uint32_t> numbers; // of those known
    std::uint32_t wanted = 0;           // how many more may be spawned
    duration latest{0};                 // by which a timer may be late

    std::size_t pick() { return static_cast<std::size_t>(world->random().below(known.size())); }
};

class wanderer {
  public:
    using accepts = messages<chatter, letter, due>;

    wanderer(context& cx, society& all, unsigned workers)
        : cx_{cx}, all_{all}, number_{static_cast<std::uint32_t>(all.alive.size())}, workers_{
                                                                                         workers} {
        if (chance(50)) {
            throw std::runtime_error("not today");
        }
        all_.alive.push_back(true);
        all_.known.push_back(cx.self(*this));
        all_.numbers.push_back(number_);
    }

    wanderer(wanderer&&) = delete;

    ~wanderer() {
        all_.alive[number_] = false;
        if (chance(100) && !all_.known.empty()) {
            say(0); // a last word
        }
    }

    void on(const chatter& what) {
        hear(what);
        wander(what.hops);
    }

    void on(const letter& what) {
        all_.world->require(what.pages.size() == what.head.sequence % 7, "a letter is whole");
        hear(what.head);
        wander(what.head.hops);
    }

    void on(due what) {
        due_[what.which] = time_point::max();
        live();
        const duration late = cx_.now() - what.at;
        all_.world->require(late >= duration::zero(), "a timer does not fire before its time");
        all_.world->require(late <= all_.latest, "a timer fires in its time");
    }

  private:
    bool chance(std::uint32_t per_thousand) {
        return all_.world->random().chance(per_thousand * 1'000);
    }

    void live() const {
        all_.world->require(all_.alive[number_], "nobody hears after his end");
        for (const time_point each : due_) {
            all_.world->require(cx_.now() - all_.latest <= each, "no timer is forgotten");
        }
    }

    void hear(const chatter& what) {
        live();
        all_.order.arrived(what.from, number_, what.sequence);
    }

    void say(std::uint32_t hops) { say_to(all_.pick(), hops); }

    void say_to(std::size_t to, std::uint32_t hops) {
        const std::uint32_t sequence = all_.order.next(number_, all_.numbers[to]);
        const chatter head{number_, sequence, hops};
        if (chance(300)) {
            all_.known[to].send(letter{head, std::vector<std::uint64_t>(sequence % 7)});
        } else {
            all_.known[to].send(head);
        }
    }

    void wander(std::uint32_t hops) {
        sim_random& random = all_.world->random();
        for (std::uint64_t i = random.below(4); i > 0 && hops > 0; --i) {
            say(hops - 1);
        }
        if (chance(50)) {
            const std::size_t to = all_.pick();
            for (std::uint64_t i = random.below(100); i > 0; --i) {
                say_to(to, 0);
            }
        }
        if (all_.wanted > 0 && chance(200)) {
            --all_.wanted;
            const worker on{static_cast<unsigned>(random.below(workers_))};
            cx_.spawn<wanderer>({.on = on, .detached = chance(500)}, std::ref(all_), workers_);
        }
        if (chance(300)) {
            post();
        }
        if (chance(100)) {
            all_.posts.cancel_one();
        }
        if (chance(300)) {
            set_timer();
        }
        if (chance(30)) {
            cx_.stop();
        }
        if (chance(10)) {
            throw std::runtime_error("weary");
        }
    }

    void post() {
        sim_random& random = all_.world->random();
        const worker to{static_cast<unsigned>(random.below(workers_))};
        const std::size_t number = all_.posts.begin();
        if (chance(500)) {
            all_.posts.posted(number, cx_.post(to, all_.posts.callback(number)));
        } else {
            const duration delay{static_cast<duration::rep>(random.below(2'000'000'000))};
            all_.posts.posted(number, cx_.post_after(to, delay, all_.posts.callback(number)));
        }
    }

    // Sometimes over one that runs.
    void set_timer() {
        const duration delay{static_cast<duration::rep>(all_.world->random().below(3'000'000'000))};
        const auto which = static_cast<std::size_t>(all_.world->random().below(timers_.size()));
        due_[which] = cx_.now() + delay;
        timers_[which] = cx_.after(delay, due{due_[which], which});
    }

    context& cx_;
    society& all_;
    std::uint32_t number_;
    unsigned workers_;
    std::array<timer, 3> timers_;
    std::array<time_point, 3> due_{time_point::max(), time_point::max(), time_point::max()};
};

// Somebody outside of all systems says something to an actor, posts or cancels.
void disturb(society& all, system& sys) {
    sim_random& random = all.world->random();
    if (!all.known.empty()) {
        const std::size_t to = all.pick();
        all.known[to].send(chatter{0, all.order.next(0, all.numbers[to]), 6});
    }
    if (random.chance(300'000)) {
        const std::size_t number = all.posts.begin();
        const worker to{static_cast<unsigned>(random.below(sys.workers()))};
        all.posts.posted(number, sys.post(to, all.posts.callback(number)));
    }
    if (random.chance(200'000)) {
        all.posts.cancel_one();
    }
}

void play_system(society& all) {
    sim_world& world = *all.world;
    sim_random& random = world.random();
    const auto workers = static_cast<unsigned>(1 + random.below(4));
    worker_limits limits;
    if (random.chance(500'000)) {
        limits.ring_messages_max = 2 + random.below(16);
        limits.outbox_messages_max = 4 + random.below(64);
        limits.local_messages_max = 4 + random.below(64);
    }
    system& sys =
        world.add_system(world.network().first_host(), {.workers = workers, .limits = limits});
    all.known.clear();
    all.numbers.clear();
    all.wanted = static_cast<std::uint32_t>(random.below(30));
    for (std::uint64_t i = 1 + random.below(8); i > 0; --i) {
        const worker on{static_cast<unsigned>(random.below(workers))};
        sys.spawn<wanderer>({.on = on}, std::ref(all), workers);
    }
    const duration life{static_cast<duration::rep>(random.below(8'000'000'000))};
    const time_point end = world.now() + life;
    for (std::uint64_t i = random.below(300); i > 0; --i) {
        const std::uint64_t gap = random.chance(500'000) ? 200'000 : 100'000'000;
        world.run_for(std::min<duration>(duration{static_cast<duration::rep>(random.below(gap))},
                                         end - world.now()));
        disturb(all, sys);
    }
    world.require(static_cast<bool>(sys.stop(1h)), "the system stops");
    all.posts.check_ended();
    if (random.chance(500'000)) {
        disturb(all, sys); // a dead letter, or refused
    }
}

} // namespace

outcome play_start_stop(const sim_world_options& options) {
    society all; // before the world, whose actors refer to it to the end
    sim_world world{options};
    all.world = &world;
    all.posts.use(world);
    all.order.use(world);
    all.latest = 20 * world.stall_max() + 50ms;
    for (std::uint64_t i = 1 + world.random().below(3); i > 0; --i) {
        play_system(all);
    }
    all.posts.check(world.finish());
    return outcome_of(world);
}

} // namespace iapp::test

#pragma once
// sim_world: programs of several workers, hosts and sockets in one thread, where one seed decides
// everything.
//
//     for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
//         iapp::sim_world world{{.seed = seed}};
//         iapp::system& server = world.add_system(world.add_host(), {.workers = 2});
//         iapp::system& client = world.add_system(world.add_host());
//         server.spawn<my_server>(…);
//         client.spawn<my_client>(…);
//         world.run_until([&] { return … done …; }, 60s);
//         world.finish();        // stops all, checks the books; throws sim_failure, which names
//         the seed
//     }

#include <iapp/actors/system.hpp>
#include <iapp/reactor/os/last_words.hpp>
#include <iapp/reactor/sim/sim_network.hpp>
#include <iapp/testing/sim_driver.hpp>
#include <iapp/testing/sim_failure.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace iapp {

struct sim_world_options {
    std::uint64_t seed = 1;
    // What goes wrong, and how often; unless given, a random half of all faults. They end with
    // finish().
    std::optional<sim_faults> faults = {};
    // Workers that get no processor for a while; unless given, that is one of the random faults.
    std::optional<duration> stall_max = {};
    sim_options network = {};                  // its seed and faults are set by those above
    std::uint64_t turns_max = 50'000'000;      // of all workers; beyond it the run fails
    std::uint64_t memory_max_bytes = 1U << 30; // of all pools of all systems; beyond: fails
};

// A seed decides which worker takes the next turn, how long a turn takes, which worker stalls and
// for how long, and all that befalls sockets. When nobody has anything to do, the time jumps to the
// next event. Systems of a world are ordinary ones: what waits in them (spawn, ask, wait, stop)
// lets the whole world go on. The same calls with the same seed do the same on every compiler,
// which event_hash() proves. Everything belongs to one thread.
//
// If the process dies in it - by a failed check, a crash, or because somebody loses patience with
// it - a line on standard error tells seed and turn.
//
// Checked on the way, with sim_failure if it is not so: no worker sleeps while it has mail; the
// memory is bounded; the world comes to an end. finish() checks the books.
class sim_world {
  public:
    explicit sim_world(const sim_world_options& options = {});
    // Ends what is left, without a look at it. What actors refer to must still be there, so declare
    // it before the world.
    ~sim_world();
    sim_world(const sim_world&) = delete;
    sim_world& operator=(const sim_world&) = delete;

    sim_host add_host() { return network_.add_host(); }

    // A process on a host, beside those that are there. Its engine is "sim_ready" or
    // "sim_completing", as options.io.engine says or else the seed. The world owns it.
    system& add_system(sim_host host, const system_options& options = {});

    // As kill -9 of the processes on a host: peers see the end or a reset. The systems are gone
    // afterwards, and whoever holds a reference to one must let go of it before; who waits in one
    // (for an answer, say) hears that it stops, and is not to use it again. A new process may be
    // added at once. Not for actors (checked), as all that lets time pass: after() does it for
    // them.
    void kill(sim_host host);

    // The same of one process, whose host and neighbours stay.
    void kill(const system& which);

    // As if a signal came to each process on a host. False: nobody takes it in one of them, which
    // would end a real one.
    bool raise(sim_host host, int number);

    // Goes on until `done()`, which is asked between turns; at most so long. False: the time is
    // over, or nothing happens any more.
    bool run_until(const std::function<bool()>& done, duration at_most);
    void run_for(duration time);

    // Lets something happen later, between two turns; for what comes from outside of all systems,
    // and for actors that want something of the world. What is still to come when finish() is
    // called does not happen.
    void after(duration delay, std::function<void()> what);

    // From now on nothing goes wrong by itself any more: no faults, no stalls of workers, no
    // partitions and stalls of hosts. Connections that have failed stay so, a host that crashed is
    // down until its restart(), and after() still does what it was told. So whatever recovers by
    // itself has to do so now, which a scenario may require.
    void end_trouble();

    // Ends all trouble, stops the systems in a random order and checks that everything is accounted
    // for: messages, posts, operations, actors, timers, sockets, buffers, blocks of memory,
    // descriptors and connections. Throws sim_failure otherwise. Gives the sum of all systems,
    // killed ones included.
    worker_statistics finish();

    // Fails the run for a reason of the caller's. Whatever becomes of the exception, for instance
    // in an actor's handler, the run has failed: the world throws it again before its next turn.
    [[noreturn]] void fail(const std::string& why);

    // Fails it unless `claim`, a sentence, is true: "it is not so that " and the claim.
    void require(bool is_so, const char* claim) {
        if (!is_so) {
            fail(std::string{"it is not so that "} + claim);
        }
    }

    time_point now() const noexcept { return network_.now(); }

    // What now() says in a new world.
    static constexpr time_point beginning{std::chrono::hours{1}};

    // For the decisions of whoever writes a scenario: they follow from the seed, too.
    sim_random& random() noexcept { return scenario_; }

    sim_network& network() noexcept { return network_; }

    std::uint64_t seed() const noexcept { return options_.seed; }

    std::uint64_t turns() const noexcept { return turns_; }

    // How long a worker may stall at most; zero: none does.
    duration stall_max() const noexcept { return *options_.stall_max; }

    // All that happened so far: turns, what they did, the network's events.
    std::uint64_t event_hash() const noexcept;

  private:
    friend class sim_driver;

    struct site {
        std::unique_ptr<sim_driver> driver;
        std::unique_ptr<iapp::system> program;
    };

    struct candidate {
        sim_driver* driver;
        std::size_t worker; // or offload_thread
    };

    static constexpr std::size_t offload_thread = SIZE_MAX;

    struct action {
        time_point at;
        std::uint64_t sequence;
        std::function<void()> what;
    };

    // Does the next thing, which may be to let time pass, at most until `until`. False: nothing
    // happens before that any more.
    bool go_on(time_point until);
    bool act();
    bool tear_down();
    void turn_one();
    void turn(sim_driver& of, std::size_t worker);
    bool pass_time(time_point until);
    void check_memory();
    void note(const stepped_worker& turned);
    void end(site& one, duration deadline);
    void kill_those(const std::function<bool(const site&)>& doomed);
    void forget_killed();
    // "seed 8, turn 47, 43 ms"; safe in a signal handler. Gives how long that is.
    std::size_t say_where(std::span<char> into) const noexcept;
    static std::size_t say_last(const void* world, std::span<char> into) noexcept;

    sim_world_options options_;
    sim_random schedule_;
    sim_random scenario_;
    sim_network network_;
    std::uint32_t stay_per_million_; // that the worker of the latest turn has the next one, too
    std::uint32_t stall_per_million_;
    duration turn_time_max_;
    std::vector<site> sites_;
    std::vector<site> killed_; // somebody waits in them still
    std::vector<candidate> runnable_;
    std::vector<action> actions_; // a heap, the earliest in front
    candidate latest_{};
    std::uint64_t actions_made_ = 0;
    std::uint32_t programs_ = 0;
    std::uint64_t turns_ = 0;
    sim_hash hash_;
    worker_statistics ended_; // of systems that are gone
    std::optional<sim_failure> failure_;
    bool tearing_down_ = false;
    os::last_words last_words_{&say_last, this};
};

} // namespace iapp

#include <iapp/testing/sim_world.hpp>

#include <iapp/testing/books.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace iapp {

namespace {

using namespace std::chrono_literals;

// So that the streams of random numbers have nothing to do with each other.
enum class stream_of : std::uint64_t { schedule = 1, scenario, network, faults };

std::uint64_t derive(std::uint64_t seed, stream_of what) noexcept {
    sim_random mix{seed * 8 + static_cast<std::uint64_t>(what)};
    return mix.next();
}

sim_options network_options(const sim_world_options& world) {
    sim_options options = world.network;
    options.seed = derive(world.seed, stream_of::network);
    options.faults =
        world.faults.value_or(sim_faults::swarm(derive(world.seed, stream_of::faults)));
    options.waits_move_time = false;
    return options;
}

constexpr duration stop_deadline = 1h;
constexpr std::uint64_t turns_between_memory_checks = 1024;

// What lets others take turns, or ends them, must not happen in the middle of one.
void check_outside() {
    IAPP_CHECK(worker_loop::current() == nullptr,
               "an actor does not turn, add or kill systems of a simulated world: after() can");
}

} // namespace

sim_world::sim_world(const sim_world_options& options)
    : options_{options}, schedule_{derive(options.seed, stream_of::schedule)},
      scenario_{derive(options.seed, stream_of::scenario)}, network_{network_options(options)} {
    constexpr std::uint32_t often = 900'000;
    stay_per_million_ = schedule_.chance(500'000) ? often : 0;
    const bool stalls = schedule_.chance(500'000);
    const bool long_ones = schedule_.chance(200'000);
    if (!options_.stall_max) {
        options_.stall_max = !stalls ? 0ms : long_ones ? 5'000ms : 50ms;
    }
    stall_per_million_ =
        *options_.stall_max > 0ms ? 1 + static_cast<std::uint32_t>(schedule_.below(20'000)) : 0;
    turn_time_max_ = duration{1 + static_cast<duration::rep>(schedule_.below(20'000))};
}

sim_world::~sim_world() {
    tearing_down_ = true;
    while (!sites_.empty()) {
        sites_.back().program.reset(); // while its driver is still among those that are turned
        sites_.pop_back();
    }
}

system& sim_world::add_system(sim_host host, const system_options& options) {
    check_outside();
    forget_killed();
    const bool completing = options.io.engine.empty() ? schedule_.chance(500'000)
                                                      : options.io.engine == "sim_completing";
    sites_.push_back({std::make_unique<sim_driver>(*this, host, ++programs_,
                                                   completing ? sim_character::completing
                                                              : sim_character::ready),
                      nullptr});
    site& added = sites_.back();
    added.program = std::make_unique<iapp::system>(options, *added.driver);
    return *added.program;
}

bool sim_world::run_until(const std::function<bool()>& done, duration at_most) {
    check_outside();
    const time_point until = deadline_after(now(), at_most);
    while (!done()) {
        if (!go_on(until)) {
            return done();
        }
    }
    return true;
}

void sim_world::run_for(duration time) {
    run_until([] { return false; }, time);
}

namespace {

// The heap's front is the earliest.
constexpr auto later = [](const auto& a, const auto& b) {
    return std::pair{a.at, a.sequence} > std::pair{b.at, b.sequence};
};

} // namespace

void sim_world::after(duration delay, std::function<void()> what) {
    actions_.push_back({now() + delay, ++actions_made_, std::move(what)});
    std::push_heap(actions_.begin(), actions_.end(), later);
}

// What comes from outside and is due.
bool sim_world::act() {
    if (actions_.empty() || actions_.front().at > now()) {
        return false;
    }
    std::pop_heap(actions_.begin(), actions_.end(), later);
    const action due = std::move(actions_.back());
    actions_.pop_back();
    hash_.add(due.sequence);
    due.what();
    return true;
}

// Everybody is turned, whoever would sleep, so that nothing can keep a failed run from its end.
bool sim_world::tear_down() {
    for (const site& each : sites_) {
        for (std::size_t i = 0; i < each.driver->workers().size(); ++i) {
            each.driver->turn(i);
        }
    }
    network_.advance_to(now() + 1ms);
    return true;
}

bool sim_world::go_on(time_point until) {
    if (tearing_down_) {
        return tear_down();
    }
    if (failure_) {
        throw sim_failure{*failure_};
    }
    if (act()) {
        return true;
    }
    runnable_.clear();
    for (const site& each : sites_) {
        for (std::size_t i = 0; i < each.driver->workers().size(); ++i) {
            if (each.driver->runnable(i)) {
                runnable_.push_back({each.driver.get(), i});
            }
        }
        if (each.driver->has_offloads()) {
            runnable_.push_back({each.driver.get(), offload_thread});
        }
    }
    if (runnable_.empty()) {
        return pass_time(until);
    }
    if (now() >= until) {
        return false;
    }
    turn_one();
    return true;
}

void sim_world::turn_one() {
    candidate chosen = runnable_[schedule_.below(runnable_.size())];
    if (schedule_.chance(stay_per_million_)) {
        for (const candidate& each : runnable_) {
            if (each.driver == latest_.driver && each.worker == latest_.worker) {
                chosen = each;
            }
        }
    }
    latest_ = chosen;
    const duration takes{static_cast<duration::rep>(
        schedule_.below(static_cast<std::uint64_t>(turn_time_max_.count())))};
    if (chosen.worker == offload_thread) {
        chosen.driver->run_offload();
        hash_.add(offload_thread);
    } else {
        turn(*chosen.driver, chosen.worker);
    }
    network_.advance_to(now() + takes);
    if (++turns_ % turns_between_memory_checks == 0) {
        check_memory();
    }
    require(turns_ < options_.turns_max, "the run ends within turns_max turns");
}

void sim_world::turn(sim_driver& of, std::size_t worker) {
    of.turn(worker);
    note(of.workers()[worker]);
    if (schedule_.chance(stall_per_million_)) {
        const auto most = static_cast<std::uint64_t>(options_.stall_max->count());
        of.stall(worker, now() + duration{static_cast<duration::rep>(schedule_.below(most))});
    }
}

void sim_world::note(const stepped_worker& turned) {
    const worker_loop& loop = turned.loop();
    const worker_statistics did = loop.statistics();
    hash_.add(loop.index());
    for (const std::uint64_t each :
         {did.actors.sent, did.actors.delivered, did.actors.actors_spawned, did.actors.actors_ended,
          did.actors.posted, did.actors.posts_ran, did.mail.sent_away, did.mail.received,
          did.io.ops_ended, did.io.bytes_in, did.io.bytes_out}) {
        hash_.add(each);
    }
}

bool sim_world::pass_time(time_point until) {
    time_point next = network_.next_event();
    for (const site& each : sites_) {
        const std::string wrong = each.driver->lost_wake();
        if (!wrong.empty()) {
            fail(wrong);
        }
        next = std::min(next, each.driver->next_event());
    }
    if (!actions_.empty()) {
        next = std::min(next, actions_.front().at);
    }
    const time_point to = std::min(next, until);
    if (to != time_point::max()) {
        network_.advance_to(to);
    }
    return next < until;
}

void sim_world::check_memory() {
    std::uint64_t bytes = 0;
    for (const site& each : sites_) {
        for (const stepped_worker& worker : each.driver->workers()) {
            bytes += worker.loop().memory().reserved_bytes() +
                     worker.loop().io().buffers().mapped_bytes();
        }
    }
    require(bytes <= options_.memory_max_bytes, "the pools stay within memory_max_bytes");
}

void sim_world::kill(sim_host host) {
    check_outside();
    network_.kill(host);
    kill_those([&](const site& each) { return each.driver->host() == host; });
}

void sim_world::kill(const system& which) {
    check_outside();
    const auto is_it = [&](const site& each) { return each.program.get() == &which; };
    const auto found = std::find_if(sites_.begin(), sites_.end(), is_it);
    IAPP_CHECK(found != sites_.end(), "a world kills the systems that it has");
    network_.kill(found->driver->host(), found->driver->program());
    kill_those(is_it);
}

void sim_world::kill_those(const std::function<bool(const site&)>& doomed) {
    for (site& each : sites_) {
        if (doomed(each)) {
            each.driver->be_killed();
            end(each, stop_deadline);
        }
    }
    latest_ = {};
    const auto gone = std::stable_partition(sites_.begin(), sites_.end(),
                                            [&](const site& each) { return !doomed(each); });
    std::move(gone, sites_.end(), std::back_inserter(killed_));
    sites_.erase(gone, sites_.end());
    forget_killed();
}

// Who waits in a system that after() has killed comes back to it once more.
void sim_world::forget_killed() {
    std::erase_if(killed_, [](const site& each) { return !each.driver->in_use(); });
}

bool sim_world::raise(sim_host host, int number) {
    bool taken = true;
    for (const site& each : sites_) {
        if (each.driver->host() == host) {
            taken = each.driver->signals().raise(number) && taken;
        }
    }
    return taken;
}

void sim_world::end(site& one, duration deadline) {
    check_memory();
    if (!one.program->stop(deadline)) {
        fail("a system does not stop: " + one.program->stop_report());
    }
    const worker_statistics last = *one.program->statistics(deadline);
    const std::string wrong = testing::books_complaint(last, one.driver->workers());
    if (!wrong.empty()) {
        fail(wrong);
    }
    ended_ += last;
}

void sim_world::end_trouble() {
    network_.end_trouble();
    stall_per_million_ = 0;
    for (const site& each : sites_) {
        each.driver->end_stalls();
    }
}

worker_statistics sim_world::finish() {
    check_outside();
    actions_.clear();
    end_trouble();
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < sites_.size(); ++i) {
        order.insert(order.begin() + static_cast<std::ptrdiff_t>(schedule_.below(i + 1)), i);
    }
    for (const std::size_t i : order) {
        end(sites_[i], stop_deadline);
    }
    while (network_.next_event() != time_point::max()) {
        network_.advance_to(network_.next_event());
    }
    if (failure_) {
        throw sim_failure{*failure_};
    }
    require(network_.connections() == 0, "no connection is left");
    for (const site& each : sites_) {
        require(network_.open_descriptors(each.driver->host()) == 0, "every descriptor is closed");
    }
    return ended_;
}

void sim_world::fail(const std::string& why) {
    std::array<char, os::last_words::text_max> where;
    if (!failure_) {
        failure_ = sim_failure{std::string{where.data(), say_where(where)} + ": " + why, seed()};
    }
    throw sim_failure{*failure_};
}

// Of numbers snprintf() makes text without a lock and without allocating.
std::size_t sim_world::say_where(std::span<char> into) const noexcept {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now() - beginning);
    const int size =
        std::snprintf(into.data(), into.size(), "seed %llu, turn %llu, %lld ms",
                      static_cast<unsigned long long>(seed()),
                      static_cast<unsigned long long>(turns_), static_cast<long long>(ms.count()));
    return static_cast<std::size_t>(size);
}

std::size_t sim_world::say_last(const void* world, std::span<char> into) noexcept {
    static constexpr std::string_view before = "iapp: the process ends in a simulated world: ";
    std::copy(before.begin(), before.end(), into.begin());
    std::size_t used = before.size();
    used += static_cast<const sim_world*>(world)->say_where(into.subspan(used));
    into[used] = '\n';
    return used + 1;
}

std::uint64_t sim_world::event_hash() const noexcept {
    sim_hash both = hash_;
    both.add(network_.event_hash());
    both.add(network_.steps());
    return both.value();
}

} // namespace iapp

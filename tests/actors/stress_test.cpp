// All to all: eight workers, messages of three sizes, and threads that come, send, post, cancel and
// go. IAPP_STRESS_MESSAGES is how many the workers send each other (a million).

#include "actors/stress_traffic.hpp"
#include "support/random.hpp"

#include <doctest/doctest.h>

#include <array>
#include <thread>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace stress_test {

namespace {

constexpr unsigned foreign_at_once = 3;
constexpr unsigned foreign_generations = 8;
constexpr unsigned senders = nodes + foreign_at_once * foreign_generations;
constexpr unsigned foreign_messages = 400; // of each thread, and as many posts

static_assert(senders <= senders_max);

std::uint64_t stress_messages() {
    const char* const text = std::getenv("IAPP_STRESS_MESSAGES");
    return text == nullptr ? 1'000'000 : std::strtoull(text, nullptr, 10);
}

// What the foreign threads have done, and what their callbacks saw.
struct foreign_account {
    std::atomic<std::uint64_t> sent{0};
    std::atomic<std::uint64_t> sent_sum{0};
    std::atomic<std::uint64_t> posted{0};
    std::atomic<std::uint64_t> cancelled{0};
    std::atomic<std::uint64_t> ran{0};
    std::atomic<std::uint64_t> captures{0}; // alive
    std::atomic<bool> over{false};          // a refusal is for good
};

struct capture {
    explicit capture(foreign_account& to) : all{&to} { ++all->captures; }

    capture(capture&& other) noexcept : all{other.all} { ++all->captures; }

    capture& operator=(capture&&) = delete;

    ~capture() { --all->captures; }

    foreign_account* all;
};

// A thread that is no worker: sends and posts to random nodes, and cancels some of its posts, at
// once or later.
void be_foreign(iapp::system& sys, const std::vector<node_ref>& all, unsigned sender,
                random_source random, foreign_account& own) {
    std::array<std::uint32_t, nodes> numbers{};
    std::vector<post_handle> handles;
    const auto insist = [&](auto attempt) {
        while (!attempt()) {
            if (own.over) {
                return false;
            }
            std::this_thread::yield(); // the door is full
        }
        return true;
    };
    for (unsigned i = 0; i < foreign_messages; ++i) {
        const auto to = static_cast<unsigned>(random.below(nodes));
        const worker there{static_cast<unsigned>(random.below(nodes))};
        const duration delay = std::chrono::microseconds{random.below(300)};
        if (insist([&] { return send_to(all[to], sender, numbers[to]); })) {
            own.sent_sum += mixed(sender, numbers[to]++);
            ++own.sent;
        }
        post_handle handle;
        if (insist([&] {
                handle = random.one_in(2)
                             ? sys.post(there, [&own] { ++own.ran; })
                             : sys.post_after(there, delay, [c = capture{own}] { ++c.all->ran; });
                return static_cast<bool>(handle);
            })) {
            ++own.posted;
            handles.push_back(handle);
        }
        if (!handles.empty() && random.one_in(3)) {
            const post_handle& any = handles[random.below(handles.size())];
            own.cancelled += any.cancel() == cancel_result::cancelled ? 1 : 0;
        }
    }
}

// Threads that join and leave, one generation after the other in each place.
std::vector<std::thread> start_foreign(iapp::system& sys, const std::vector<node_ref>& all,
                                       std::uint64_t seed, foreign_account& own) {
    std::vector<std::thread> places;
    for (unsigned place = 0; place < foreign_at_once; ++place) {
        places.emplace_back([&sys, &all, &own, seed, place] {
            for (unsigned generation = 0; generation < foreign_generations; ++generation) {
                const unsigned sender = nodes + place * foreign_generations + generation;
                std::thread{[&] {
                    be_foreign(sys, all, sender, random_source{seed + sender}, own);
                }}.join();
            }
        });
    }
    return places;
}

// A node on each worker, which begin to send when they have met.
std::vector<ref_to<node>> start_nodes(checked_system& sys, std::vector<node_ref>& names,
                                      std::uint32_t messages) {
    std::vector<ref_to<node>> all;
    for (unsigned i = 0; i < nodes; ++i) {
        all.push_back(sys->spawn<node>({.on = {i}}));
        names.push_back(all.back());
    }
    for (const auto& one : all) {
        REQUIRE(one.send(meet{&names, messages}));
    }
    return all;
}

account accounts_of(checked_system& sys, const std::vector<ref_to<node>>& all) {
    account sum;
    for (const auto& one : all) {
        account its;
        REQUIRE(eventually([&] { // the door may be full now and then
            const result<account> answer = sys->ask(one, patience(), report{});
            its = answer ? *answer : its;
            return static_cast<bool>(answer);
        }));
        sum.sent += its.sent;
        sum.sent_sum += its.sent_sum;
        sum.received += its.received;
        sum.received_sum += its.received_sum;
        sum.good = sum.good && its.good;
    }
    return sum;
}

void check_posts_of(const foreign_account& own, const worker_counters& seen) {
    CHECK(seen.posted == own.posted);
    CHECK(seen.posts_ran == own.ran);
    CHECK(seen.posts_cancelled == own.cancelled);
    CHECK(own.captures == 0);
}

void let_all_talk(idle_policy idle) {
    const std::uint64_t from = seed();
    INFO("IAPP_TEST_SEED=" << from);
    const auto each = static_cast<std::uint32_t>(stress_messages() / (nodes * nodes));
    foreign_account foreign;
    std::vector<node_ref> names; // outlives the nodes
    checked_system sys{{.workers = nodes, .idle = idle}};
    const std::vector<ref_to<node>> all = start_nodes(sys, names, each);
    for (std::thread& place : start_foreign(*sys, names, from, foreign)) {
        place.join();
    }
    const std::uint64_t expected = std::uint64_t{each} * nodes * nodes + foreign.sent;
    account sum;
    std::uint64_t before = 0;
    do { // as long as there is progress
        before = sum.received;
        CHECK(eventually([&] {
            sum = accounts_of(sys, all);
            return sum.received == expected || sum.received > before + expected / 8;
        }));
    } while (sum.received < expected && sum.received > before);
    sum = accounts_of(sys, all); // all at rest
    CHECK(sum.good);
    CHECK(sum.received == expected);
    CHECK(sum.sent + foreign.sent == expected);
    CHECK(sum.sent_sum + foreign.sent_sum == sum.received_sum);
    // Whatever the door refused was sent again; nothing else may be a dead letter.
    sys.stop();
    const worker_statistics last = *sys->statistics(patience());
    CHECK(dead_letters(last) == dead_letters(last, dead_letter::refused));
    check_posts_of(foreign, last.actors);
}

void stop_amid_traffic(idle_policy idle) {
    const std::uint64_t from = seed();
    INFO("IAPP_TEST_SEED=" << from);
    foreign_account foreign;
    {
        std::vector<node_ref> names;
        checked_system sys{{.workers = nodes, .idle = idle}};
        const std::vector<ref_to<node>> all = start_nodes(sys, names, ~std::uint32_t{0});
        std::vector<std::thread> places = start_foreign(*sys, names, from, foreign);
        CHECK(eventually([&] { return accounts_of(sys, all).received > 50'000; }));
        foreign.over = true;
        sys.stop();
        for (std::thread& place : places) {
            place.join();
        }
        const worker_statistics last = *sys->statistics(patience());
        CHECK(last.actors.sent == last.actors.delivered + dead_letters(last));
        CHECK(dead_letters(last, dead_letter::stale) == 0);
        CHECK(dead_letters(last, dead_letter::stopped) > 0);
        check_posts(last);
        check_posts_of(foreign, last.actors);
    }
    CHECK(foreign.captures == 0);
}

} // namespace

TEST_CASE("all to all: each pair's order, the sums and the books are right") {
    let_all_talk(idle_policy::adaptive());
    let_all_talk(idle_policy::spin_for(20us)); // rings late
}

TEST_CASE("a stop in the middle of the traffic loses and invents nothing") {
    stop_amid_traffic(idle_policy::adaptive());
    stop_amid_traffic(idle_policy::spin_for(20us));
}

} // namespace stress_test

// What follows from a seed alone, the same with every compiler.

#include <iapp/reactor/sim/sim_faults.hpp>
#include <iapp/reactor/sim/sim_hash.hpp>
#include <iapp/reactor/sim/sim_random.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace iapp;

namespace sim_seed_test {

TEST_CASE("the simulation's random numbers are those of splitmix64") {
    sim_random random{1234567};
    CHECK(random.next() == 6457827717110365317U);
    CHECK(random.next() == 3203168211198807973U);
    CHECK(random.next() == 9817491932198370423U);
}

TEST_CASE("a chance of nothing draws nothing, and one of a million is sure") {
    sim_random random{1};
    sim_random untouched{1};
    for (int i = 0; i < 100; ++i) {
        CHECK_FALSE(random.chance(0));
        CHECK(random.below(0) == 0);
    }
    CHECK(random.next() == untouched.next());
    for (int i = 0; i < 100; ++i) {
        CHECK(random.chance(1'000'000));
    }
}

TEST_CASE("the hash of events tells what happened and in which order") {
    sim_hash a;
    sim_hash b;
    a.add(1);
    a.add(2);
    b.add(2);
    b.add(1);
    CHECK(a.value() != b.value());
    CHECK(a.steps() == 2);
    sim_hash again;
    again.add(1);
    again.add(2);
    CHECK(again.value() == a.value());
}

TEST_CASE("the harmless ones among faults end no connection and refuse none") {
    sim_faults all;
    for (const sim_fault_name& one : sim_fault_names()) {
        all.*one.member = 7;
    }
    CHECK_FALSE(all.are_harmless());
    const sim_faults some = all.harmless();
    CHECK(some.are_harmless());
    CHECK(some.short_read == 7);
    CHECK(some.late_end == 7);
    CHECK(some.reset + some.timed_out + some.connect_refused + some.too_many_files == 0);
    CHECK(sim_faults{}.are_harmless());
}

TEST_CASE("by default nothing goes wrong, and a swarm has some of each") {
    for (const sim_fault_name& one : sim_fault_names()) {
        CAPTURE(std::string{one.name});
        CHECK(sim_faults{}.*one.member == 0);
        int on = 0;
        for (std::uint64_t seed = 0; seed < 200; ++seed) {
            const std::uint32_t chosen = sim_faults::swarm(seed).*one.member;
            CHECK(chosen == sim_faults::swarm(seed).*one.member);
            CHECK(chosen <= one.swarm_max);
            on += chosen > 0 ? 1 : 0;
        }
        CHECK(on > 50);
        CHECK(on < 150);
    }
}

TEST_CASE("every fault has a name") {
    CHECK(sizeof(sim_faults) == sim_fault_names().size() * sizeof(std::uint32_t));
}

} // namespace sim_seed_test

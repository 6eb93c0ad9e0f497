// Who hears of messages that reach nobody.

#include "support/actors.hpp"

#include <doctest/doctest.h>

#include <map>
#include <mutex>

using namespace iapp;
using namespace iapp::test;

namespace dead_letter_test {

namespace {

// Notes what was told, by several threads.
class obituary {
  public:
    void note(const dead_letter_note& of) {
        const std::lock_guard lock{mutex_};
        ++seen_[{of.why, of.to.slot.to_word()}];
        messages_.insert_or_assign(std::string{of.message}, of.to);
    }

    int seen(dead_letter why, const actor_id& to) {
        const std::lock_guard lock{mutex_};
        return seen_[{why, to.slot.to_word()}];
    }

    std::map<std::string, actor_id> messages() {
        const std::lock_guard lock{mutex_};
        return messages_;
    }

  private:
    std::mutex mutex_;
    std::map<std::pair<dead_letter, std::uint64_t>, int> seen_;
    std::map<std::string, actor_id> messages_;
};

struct flood {
    using reply = int;
    ref<add> to;
    int count = 0;
};

// Sends more than is taken, and says how many were refused.
class flooder {
  public:
    using accepts = messages<flood>;

    int on(flood what) {
        int refused = 0;
        for (int i = 0; i < what.count; ++i) {
            refused += what.to.send(add{1}) ? 0 : 1;
        }
        return refused;
    }
};

} // namespace

TEST_CASE("an observer is told of each dead letter, whom it was for, what it was and why") {
    obituary notes;
    checked_system sys{{.workers = 2,
                        .limits = {.outbox_messages_max = 8, .ring_messages_max = 8},
                        .dead_letter_observer = [&](const dead_letter_note& n) { notes.note(n); }}};
    const auto gone = sys->spawn<counter>({.on = {1}});
    REQUIRE(sys->stop(gone, patience()));
    gone.send(add{1});
    gone.send(add{1});
    const auto by = sys->spawn<flooder>({.on = {0}});
    const auto far = sys->spawn<counter>({.on = {1}});
    const int refused = sys.ask(by, flood{far, 1000});
    CHECK(refused > 0);
    const worker_statistics last = sys.stop();
    CHECK(notes.seen(dead_letter::stale, gone.actor()) == 2);
    CHECK(notes.seen(dead_letter::refused, far.actor()) == refused);
    CHECK(dead_letters(last, dead_letter::refused) == static_cast<std::uint64_t>(refused));
    const auto messages = notes.messages();
    REQUIRE(messages.size() == 1);
    CHECK(messages.begin()->first.find("add") != std::string::npos);
    CHECK(messages.begin()->second.home == far.actor().home);
}

TEST_CASE("an observer may send, also in vain, and throw") {
    std::atomic<int> told{0};
    ref_to<counter> gone;
    checked_system sys{{.dead_letter_observer = [&](const dead_letter_note&) {
        if (++told < 3) {
            gone.send(add{1});
        }
        throw std::runtime_error{"as the test wants it"};
    }}};
    gone = sys->spawn<counter>({});
    REQUIRE(sys->stop(gone, patience()));
    const auto heir = sys->spawn<counter>({});
    gone.send(add{1});
    CHECK(eventually([&] { return told == 3; }));
    CHECK(sys.ask<total>(heir) == 0);
    sys.stop();
    CHECK(told == 3);
}

TEST_CASE(
    "an observer that answers each dead letter with another does not keep its system running") {
    std::atomic<int> told{0};
    ref_to<counter> gone;
    checked_system sys{{.dead_letter_observer = [&](const dead_letter_note&) {
        ++told;
        gone.send(add{1});
    }}};
    gone = sys->spawn<counter>({});
    REQUIRE(sys->stop(gone, patience()));
    gone.send(add{1});
    CHECK(eventually([&] { return told > 100; }));
    sys.stop();
}

} // namespace dead_letter_test

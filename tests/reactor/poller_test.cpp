// One suite for every poller: IAPP_ENGINE says which.

#include <doctest/doctest.h>

#include <iapp/reactor/engines.hpp>
#include <support/sockets.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <pthread.h>
#include <set>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using iapp::interest;
using iapp::ready_event;
using iapp::test::drain;
using iapp::test::fd_pair;
using iapp::test::send_bytes;
using iapp::test::tcp_pair;
using iapp::test::unique_fd;
using iapp::test::unix_pair;

constexpr interest nothing{};
constexpr interest reading{.read = true, .write = false};
constexpr interest writing{.read = false, .write = true};
constexpr interest both{.read = true, .write = true};

// No slot_id has generation 0 either.
constexpr std::uint64_t first_key = (std::uint64_t{7} << 32) | 1;
constexpr std::uint64_t second_key = (std::uint64_t{8} << 32) | 1;

std::unique_ptr<iapp::poller> make_poller() {
    iapp::result<std::unique_ptr<iapp::poller>> made = iapp::make_poller("");
    REQUIRE(made);
    return std::move(*made);
}

// Keeps what a caller of a poller keeps for one descriptor, and says it in the right order.
class registration {
  public:
    registration(iapp::poller& waits, int fd, std::uint64_t key, bool level = false)
        : waits_{waits}, fd_{fd}, key_{key}, level_{level} {}

    void set(interest what) {
        waits_.change({.fd = fd_,
                       .key = key_,
                       .before = registered_,
                       .after = what,
                       .first = !known_,
                       .level = level_});
        registered_ = what;
        known_ = true;
    }

    void forget(bool stays_open = false) { waits_.forget(fd_, registered_, stays_open); }

  private:
    iapp::poller& waits_;
    int fd_;
    std::uint64_t key_;
    bool level_;
    bool known_ = false;
    interest registered_;
};

std::vector<ready_event> wait(iapp::poller& waits, iapp::duration timeout, std::size_t room = 512) {
    std::vector<ready_event> events(room);
    events.resize(waits.wait(events, timeout));
    return events;
}

// What is there without waiting.
std::vector<ready_event> look(iapp::poller& waits) {
    return wait(waits, 0ns);
}

// Waits until an event of the key satisfies the condition, and hands it out. Other events may come
// before it; a poller that never says it hangs the test.
template <class Condition>
ready_event await(iapp::poller& waits, std::uint64_t key, Condition condition) {
    for (;;) {
        for (const ready_event& e : wait(waits, iapp::duration::max())) {
            if (e.key == key && condition(e)) {
                return e;
            }
        }
    }
}

bool is_readable(const ready_event& e) {
    return e.readable;
}

bool is_writable(const ready_event& e) {
    return e.writable;
}

bool has_ended(const ready_event& e) {
    return e.ended;
}

bool any_of_key(const std::vector<ready_event>& events, std::uint64_t key) {
    return std::any_of(events.begin(), events.end(),
                       [key](const ready_event& e) { return e.key == key; });
}

// Whether looking again and again comes to an end of events. What the system still delivers late
// is counted as an event, so a few are allowed.
bool becomes_quiet(iapp::poller& waits) {
    for (int i = 0; i < 50; ++i) {
        if (look(waits).empty()) {
            return true;
        }
    }
    return false;
}

} // namespace

TEST_CASE("a descriptor that is already readable is reported after registering") {
    const auto waits = make_poller();
    fd_pair pair = tcp_pair();
    send_bytes(pair.far, 5);
    registration r{*waits, pair.near.get(), first_key};
    r.set(reading);
    CHECK_FALSE(await(*waits, first_key, is_readable).ended);
    CHECK(drain(pair.near).count == 5);
    r.forget();
}

TEST_CASE("bytes that come after registering are reported") {
    const auto waits = make_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key};
    r.set(reading);
    for (const ready_event& e : look(*waits)) {
        CHECK_FALSE(e.readable); // that it is writable may be said unasked, once
    }
    send_bytes(pair.far, 1);
    await(*waits, first_key, is_readable);
    r.forget();
}

TEST_CASE("a wait without events ends after its timeout and not before") {
    const auto waits = make_poller();
    const auto begin = std::chrono::steady_clock::now();
    CHECK(wait(*waits, 20ms + 1ns).empty());
    CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
}

TEST_CASE("a wake before the wait is not lost") {
    const auto waits = make_poller();
    waits->wake();
    CHECK(wait(*waits, iapp::duration::max()).empty());
}

TEST_CASE("two wakes are one") {
    const auto waits = make_poller();
    waits->wake();
    waits->wake();
    CHECK(wait(*waits, iapp::duration::max()).empty());
    const auto begin = std::chrono::steady_clock::now();
    CHECK(wait(*waits, 20ms).empty());
    CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
}

TEST_CASE("a wake comes with the events that are there, and alone when there are none") {
    const auto waits = make_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key};
    send_bytes(pair.far, 1);
    r.set(reading);
    waits->wake();
    await(*waits, first_key, is_readable);
    drain(pair.near);
    waits->wake();
    look(*waits);
    CHECK(becomes_quiet(*waits));
    r.forget();
}

TEST_CASE("no wake is lost when it races with the wait") {
    const auto waits = make_poller();
    constexpr int rounds = 2000;
    std::atomic<int> asked{0};
    std::atomic<int> answered{0};
    std::thread waker{[&] {
        for (int i = 1; i <= rounds; ++i) {
            asked.store(i, std::memory_order_relaxed); // the wake has to make it visible
            waits->wake();
            while (answered.load(std::memory_order_acquire) < i) {
                std::this_thread::yield();
            }
        }
    }};
    for (int i = 1; i <= rounds; ++i) {
        while (asked.load(std::memory_order_relaxed) < i) {
            wait(*waits, iapp::duration::max());
        }
        answered.store(i, std::memory_order_release);
    }
    waker.join();
}

TEST_CASE("wakes from several threads all count") {
    const auto waits = make_poller();
    constexpr int threads = 4;
    constexpr int rounds = 500;
    std::atomic<int> posted{0};
    std::vector<std::thread> wakers;
    for (int t = 0; t < threads; ++t) {
        wakers.emplace_back([&] {
            for (int i = 0; i < rounds; ++i) {
                posted.fetch_add(1, std::memory_order_relaxed);
                waits->wake();
            }
        });
    }
    while (posted.load(std::memory_order_relaxed) < threads * rounds) {
        wait(*waits, iapp::duration::max());
    }
    for (std::thread& t : wakers) {
        t.join();
    }
}

namespace {

std::atomic<iapp::poller*> woken_by_signal{nullptr};

extern "C" void wake_from_handler(int) {
    const int interrupted = errno;
    errno = ERANGE;
    woken_by_signal.load()->wake();
    if (errno != ERANGE) {
        std::abort();
    }
    errno = interrupted;
}

} // namespace

TEST_CASE("a signal handler can wake, and errno survives") {
    const auto waits = make_poller();
    woken_by_signal = waits.get();
    const auto previous = std::signal(SIGUSR1, wake_from_handler);
    std::raise(SIGUSR1);
    CHECK(wait(*waits, iapp::duration::max()).empty());
    // While it waits: the wait ends by the wake or by the interruption.
    std::thread other{[target = ::pthread_self()] { ::pthread_kill(target, SIGUSR1); }};
    CHECK(wait(*waits, iapp::duration::max()).empty());
    other.join();
    std::signal(SIGUSR1, previous);
    woken_by_signal = nullptr;
}

TEST_CASE("write interest is reported when there is room again") {
    const auto waits = make_poller();
    fd_pair pair = tcp_pair();
    registration r{*waits, pair.near.get(), first_key};
    r.set(reading);
    look(*waits);
    iapp::test::fill(pair.near);
    r.set(both);
    std::size_t taken = 0;
    bool writable = false;
    while (!writable) {
        taken += drain(pair.far).count;
        for (const ready_event& e : wait(*waits, 1ms)) {
            writable |= e.key == first_key && e.writable;
        }
    }
    CHECK(taken > 0);
    r.forget();
}

TEST_CASE("a dropped write interest is not reported") {
    const auto waits = make_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key};
    r.set(writing);
    await(*waits, first_key, is_writable);
    r.set(nothing);
    CHECK(look(*waits).empty());
    CHECK(look(*waits).empty());
    SUBCASE("and is reported when it is wanted again") {
        iapp::test::fill(pair.near);
        r.set(writing);
        drain(pair.far);
        await(*waits, first_key, is_writable);
    }
    SUBCASE("while reading goes on") {
        r.set(reading);
        send_bytes(pair.far, 1);
        await(*waits, first_key, is_readable);
    }
    r.forget();
}

TEST_CASE("bytes and the end of the stream together are reported as ended") {
    const auto waits = make_poller();
    fd_pair pair = tcp_pair();
    registration r{*waits, pair.near.get(), first_key};
    SUBCASE("when only reading was ever wanted") {
        r.set(reading);
    }
    SUBCASE("while a send is blocked") {
        iapp::test::fill(pair.near);
        r.set(both);
    }
    SUBCASE("after a send was blocked") {
        r.set(both);
        look(*waits);
        r.set(reading);
    }
    send_bytes(pair.far, 5);
    ::shutdown(pair.far.get(), SHUT_WR);
    const ready_event e = await(*waits, first_key, has_ended);
    CHECK(e.error == 0);
    const auto seen = drain(pair.near);
    CHECK(seen.count == 5);
    CHECK(seen.after == 0);
    r.forget();
}

TEST_CASE("a reset is reported as ended, and the event or the next receive names it") {
    const auto waits = make_poller();
    fd_pair pair = tcp_pair();
    registration r{*waits, pair.near.get(), first_key};
    r.set(reading);
    iapp::test::close_with_reset(pair.far);
    const ready_event e = await(*waits, first_key, has_ended);
    const auto seen = drain(pair.near);
    CHECK((e.error == ECONNRESET || seen.after == ECONNRESET));
    r.forget();
}

TEST_CASE("a refused connect is reported as ended, and the event or the socket names it") {
    // A port that was just given back: nobody listens there.
    sockaddr_in at{};
    {
        fd_pair pair = tcp_pair();
        socklen_t size = sizeof at;
        REQUIRE(::getsockname(pair.near.get(), reinterpret_cast<sockaddr*>(&at), &size) == 0);
    }
    const unique_fd fd{::socket(AF_INET, SOCK_STREAM, 0)};
    iapp::test::make_non_blocking(fd.get());
    REQUIRE(::connect(fd.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) != 0);
    if (errno == ECONNREFUSED) {
        return; // told at once: there is nothing to wait for
    }
    REQUIRE(errno == EINPROGRESS);
    const auto waits = make_poller();
    registration r{*waits, fd.get(), first_key};
    r.set(writing);
    const ready_event e = await(*waits, first_key, has_ended);
    int error = 0;
    socklen_t size = sizeof error;
    REQUIRE(::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0);
    CHECK((e.error == ECONNREFUSED || error == ECONNREFUSED));
    r.forget();
}

TEST_CASE("a hang-up that nobody waits for does not spin") {
    const auto waits = make_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key};
    r.set(both);
    look(*waits);
    r.set(nothing);
    look(*waits);
    pair.far.reset();
    CHECK(becomes_quiet(*waits));
    SUBCASE("and is seen by who waits again") {
        // Wanting to read again may report it; if not, the read that is tried first finds it.
        r.set(reading);
        look(*waits);
        CHECK(drain(pair.near).after == 0);
    }
    r.forget();
}

TEST_CASE("bytes that nobody reads do not spin once reading is not wanted") {
    const auto waits = make_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key};
    r.set(both);
    look(*waits);
    r.set(nothing);
    send_bytes(pair.far, 1);
    CHECK(becomes_quiet(*waits));
    send_bytes(pair.far, 1);
    CHECK(becomes_quiet(*waits));
    r.forget();
}

TEST_CASE("an edge that was not drained does not lose later changes") {
    const auto waits = make_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key};
    r.set(reading);
    send_bytes(pair.far, 3);
    await(*waits, first_key, is_readable);
    SUBCASE("more bytes") {
        send_bytes(pair.far, 4);
        await(*waits, first_key, is_readable);
        CHECK(drain(pair.near).count == 7);
    }
    SUBCASE("the end of the stream") {
        ::shutdown(pair.far.get(), SHUT_WR);
        await(*waits, first_key, has_ended);
        CHECK(drain(pair.near).count == 3);
    }
    r.forget();
}

TEST_CASE("a forgotten descriptor is not reported though its number is reused") {
    const auto waits = make_poller();
    fd_pair old_pair = unix_pair();
    fd_pair new_pair = unix_pair();
    const int number = old_pair.near.get();
    registration r{*waits, number, first_key};
    SUBCASE("after an event that nobody fetched") {
        r.set(both);
        look(*waits);
        send_bytes(old_pair.far, 1);
    }
    SUBCASE("after a change that no wait has carried") {
        send_bytes(old_pair.far, 1);
        r.set(both);
    }
    r.forget();
    REQUIRE(::dup2(new_pair.near.get(), number) == number); // closes the old one
    send_bytes(new_pair.far, 1);
    CHECK(look(*waits).empty());
    registration again{*waits, number, second_key};
    again.set(both);
    std::vector<ready_event> events = wait(*waits, iapp::duration::max());
    CHECK(any_of_key(events, second_key));
    CHECK_FALSE(any_of_key(events, first_key));
    again.forget();
}

TEST_CASE("forgetting one descriptor leaves the others alone") {
    const auto waits = make_poller();
    std::vector<fd_pair> pairs;
    std::vector<registration> registrations;
    for (std::uint64_t i = 0; i < 8; ++i) {
        pairs.push_back(unix_pair());
        registrations.emplace_back(*waits, pairs.back().near.get(), first_key + i);
        registrations.back().set(reading);
    }
    look(*waits);
    for (const std::size_t gone : {0U, 3U, 7U}) {
        registrations[gone].forget();
        pairs[gone].near.reset();
    }
    for (const std::size_t left : {1U, 2U, 4U, 5U, 6U}) {
        send_bytes(pairs[left].far, 1);
        await(*waits, first_key + left, is_readable);
        drain(pairs[left].near);
        registrations[left].forget();
    }
}

TEST_CASE("a descriptor that is given back is not reported") {
    const auto waits = make_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key, true};
    r.set(both);
    await(*waits, first_key, is_writable);
    send_bytes(pair.far, 1);
    r.forget(true);
    CHECK(look(*waits).empty());
    CHECK(drain(pair.near).count == 1);
}

TEST_CASE("a failed registration becomes an event with its errno") {
    const auto waits = make_poller();
    fd_pair pair = unix_pair();
    const int number = pair.near.get();
    pair.near.reset();
    bool level = false;
    SUBCASE("of a socket of ours") {
        level = false;
    }
    SUBCASE("of a descriptor of somebody else") {
        level = true;
    }
    registration r{*waits, number, first_key, level};
    r.set(reading);
    const ready_event e = await(*waits, first_key, has_ended);
    CHECK(e.error == EBADF);
    CHECK(becomes_quiet(*waits));
    r.forget();
}

TEST_CASE("a failed registration takes no other with it") {
    const auto waits = make_poller();
    std::vector<fd_pair> pairs;
    std::vector<registration> registrations;
    for (std::uint64_t i = 0; i < 20; ++i) {
        pairs.push_back(unix_pair());
        send_bytes(pairs.back().far, 1);
        registrations.emplace_back(*waits, pairs.back().near.get(), first_key + i);
    }
    pairs[4].near.reset();
    pairs[11].near.reset();
    for (registration& r : registrations) {
        r.set(reading);
    }
    std::set<std::uint64_t> readable;
    std::set<std::uint64_t> refused;
    while (readable.size() + refused.size() < pairs.size()) {
        for (const ready_event& e : wait(*waits, iapp::duration::max())) {
            (e.error != 0 ? refused : readable).insert(e.key);
        }
    }
    CHECK(refused == std::set<std::uint64_t>{first_key + 4, first_key + 11});
    for (registration& r : registrations) {
        r.forget();
    }
}

TEST_CASE("level reports again until it is drained") {
    const auto waits = make_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key, true};
    r.set(reading);
    send_bytes(pair.far, 2);
    await(*waits, first_key, is_readable);
    await(*waits, first_key, is_readable);
    CHECK(drain(pair.near).count == 2);
    CHECK(look(*waits).empty());
    r.forget(true);
}

TEST_CASE("level reports exactly what is wanted") {
    const auto waits = make_poller();
    fd_pair pair = unix_pair();
    registration r{*waits, pair.near.get(), first_key, true};
    send_bytes(pair.far, 1);
    const auto reported = [&] {
        interest seen;
        for (const ready_event& e : look(*waits)) {
            seen.read |= e.readable;
            seen.write |= e.writable;
        }
        return seen;
    };
    for (const interest what :
         {reading, both, writing, nothing, both, nothing, writing, reading, nothing}) {
        CAPTURE(what.read);
        CAPTURE(what.write);
        r.set(what);
        CHECK(reported() == what);
        CHECK(reported() == what);
    }
    pair.far.reset();
    CHECK(reported() == nothing); // not even the hang-up
    r.forget(true);
}

TEST_CASE("when more are ready than fit, none is passed over for ever") {
    const auto waits = make_poller();
    std::vector<fd_pair> pairs;
    std::vector<registration> registrations;
    for (std::uint64_t i = 0; i < 10; ++i) {
        pairs.push_back(unix_pair());
        send_bytes(pairs.back().far, 1);
        registrations.emplace_back(*waits, pairs.back().near.get(), first_key + i, true);
        registrations.back().set(reading);
    }
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 200 && seen.size() < pairs.size(); ++i) {
        for (const ready_event& e : wait(*waits, 0ns, 3)) {
            seen.insert(e.key);
        }
    }
    CHECK(seen.size() == pairs.size());
    for (registration& r : registrations) {
        r.forget(true);
    }
}

TEST_CASE("more changes than one call takes are all applied") {
    const auto waits = make_poller();
    constexpr std::uint64_t count = 300; // up to two changes each
    std::vector<fd_pair> pairs;
    std::vector<registration> registrations;
    for (std::uint64_t i = 0; i < count; ++i) {
        pairs.push_back(unix_pair());
        registrations.emplace_back(*waits, pairs.back().near.get(), first_key + i);
        registrations.back().set(both);
    }
    look(*waits);
    for (registration& r : registrations) {
        r.set(reading);
    }
    CHECK(becomes_quiet(*waits));
    std::set<std::uint64_t> seen;
    for (std::uint64_t i = 0; i < count; ++i) {
        send_bytes(pairs[i].far, 1);
        seen.insert(await(*waits, first_key + i, is_readable).key);
    }
    CHECK(seen.size() == count);
    for (registration& r : registrations) {
        r.forget();
    }
}

TEST_CASE("waits are counted as calls") {
    const auto waits = make_poller();
    const std::uint64_t before = waits->calls();
    look(*waits);
    look(*waits);
    CHECK(waits->calls() >= before + 2);
}

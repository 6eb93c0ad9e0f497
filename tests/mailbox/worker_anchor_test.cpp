#include <iapp/mailbox/worker_anchor.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace iapp;

namespace worker_anchor_test {

TEST_CASE("anchors of one system know it, and no two are the same") {
    const std::span<worker_anchor> first = worker_anchor::make(3);
    const std::span<worker_anchor> second = worker_anchor::make(2);
    CHECK(first[0].system() == first[2].system());
    CHECK(first[0].system() != second[0].system());
    CHECK(first[2].index() == 2);
    CHECK(&first[0] != &second[0]);
}

TEST_CASE("a worker can be visited from open() to close()") {
    int worker = 0;
    worker_anchor& anchor = worker_anchor::make(1)[0];
    CHECK(anchor.enter() == nullptr);
    CHECK(anchor.worker() == nullptr);
    anchor.open(&worker);
    CHECK(anchor.enter() == &worker);
    CHECK(anchor.worker() == &worker);
    anchor.leave();
    anchor.close();
    CHECK(anchor.enter() == nullptr);
    CHECK(anchor.worker() == nullptr);
    anchor.close(); // again: nothing
}

TEST_CASE("close() waits for whoever is inside, and nobody comes in after it") {
    for (int round = 0; round < 50; ++round) {
        std::atomic<bool> alive{true};
        std::atomic<bool> inside{false};
        worker_anchor& anchor = worker_anchor::make(1)[0];
        anchor.open(&alive);
        std::thread visitor{[&] {
            while (void* worker = anchor.enter()) {
                inside = true;
                CHECK(static_cast<std::atomic<bool>*>(worker)->load());
                anchor.leave();
            }
        }};
        while (!inside) {
            std::this_thread::yield();
        }
        anchor.close();
        alive = false;
        visitor.join();
    }
}

} // namespace worker_anchor_test

#include "support/scheduler.hpp"

#include <iapp/mailbox/check.hpp>

#include <algorithm>
#include <utility>

namespace iapp::test {

void memory_view::join(const memory_view& other) noexcept {
    for (std::size_t i = 0; i < places_max; ++i) {
        oldest_[i] = std::max(oldest_[i], other.oldest_[i]);
    }
}

scheduler::scheduler(unsigned threads) : outside_{threads}, views_(threads + 1), running_{threads} {
    for (unsigned i = 0; i < threads; ++i) {
        threads_.push_back(std::make_unique<thread_state>());
    }
    for (unsigned i = 0; i < threads; ++i) {
        threads_[i]->thread = std::thread{[this, i] { serve(i); }};
    }
}

scheduler::~scheduler() {
    closing_ = true; // published by the release of the semaphores
    for (const auto& state : threads_) {
        state->turn.release();
        state->thread.join();
    }
    current_ = nullptr;
}

void scheduler::begin(std::uint64_t seed) {
    current_ = this;
    random_ = random_source{seed};
    failure_.clear();
    points_ = 0;
    places_ = 0;
    pace_ = 1 + random_.below(4);
    std::fill(views_.begin(), views_.end(), memory_view{});
}

std::string scheduler::run(std::vector<std::function<void()>> bodies) {
    IAPP_CHECK(!bodies.empty() && bodies.size() <= threads_.size(), "a thread for each body");
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        threads_[i]->body = std::move(bodies[i]);
        threads_[i]->ready = nullptr;
        threads_[i]->ended = false;
        views_[i] = views_[outside_];
    }
    running_ = choose();
    threads_[running_]->turn.release();
    done_.acquire();
    running_ = outside_;
    for (unsigned i = 0; i < outside_; ++i) {
        views_[outside_].join(views_[i]); // they have been joined, so to speak
    }
    return std::exchange(failure_, {});
}

void scheduler::point() noexcept {
    if (running_ == outside_ || !failure_.empty()) {
        return;
    }
    if (++points_ > points_max) {
        fail("the run does not end");
        return;
    }
    if (random_.one_in(pace_)) {
        hand_over(choose());
    }
}

void scheduler::block_until(std::function<bool()> ready) {
    if (failure_.empty() && !ready()) {
        threads_[running_]->ready = std::move(ready);
        hand_over(choose());
    }
    check(true, "");
}

void scheduler::check(bool holds, const char* what) {
    if (!holds) {
        fail(what);
    }
    if (!failure_.empty()) {
        throw stopped{};
    }
}

void scheduler::fail(const char* what) noexcept {
    if (failure_.empty()) {
        failure_ = what;
    }
}

std::size_t scheduler::add_place() {
    IAPP_CHECK(places_ < memory_view::places_max, "as many places as a view has");
    return places_++;
}

bool scheduler::runnable(const thread_state& state) const {
    return !state.ended && (!state.ready || !failure_.empty() || state.ready());
}

// A thread that can run. When there is none, the run has failed and all can run to their ends.
unsigned scheduler::choose() {
    const auto first = static_cast<unsigned>(random_.below(outside_));
    for (unsigned i = 0; i < outside_; ++i) {
        const unsigned candidate = (first + i) % outside_;
        if (runnable(*threads_[candidate])) {
            return candidate;
        }
    }
    fail("all wait: a wake was lost");
    return choose();
}

void scheduler::hand_over(unsigned to) {
    threads_[to]->ready = nullptr;
    if (to == running_) {
        return;
    }
    thread_state& self = *threads_[running_];
    running_ = to;
    threads_[to]->turn.release();
    self.turn.acquire();
}

void scheduler::serve(unsigned self) {
    thread_state& state = *threads_[self];
    for (;;) {
        state.turn.acquire();
        if (closing_) {
            return;
        }
        try {
            state.body();
        } catch (const stopped&) {
            // the failure is told by run()
        }
        end_body();
    }
}

void scheduler::end_body() {
    threads_[running_]->ended = true;
    if (std::all_of(threads_.begin(), threads_.end(), [](const auto& t) { return t->ended; })) {
        done_.release();
        return;
    }
    running_ = choose();
    threads_[running_]->ready = nullptr;
    threads_[running_]->turn.release();
}

} // namespace iapp::test

#pragma once
// worker_handle: the name of a worker, which may outlive it and its system.

#include <iapp/mailbox/check.hpp>
#include <iapp/mailbox/worker_anchor.hpp>

#include <atomic>
#include <cstdint>

namespace iapp {

class worker_loop;

// A plain value of 8 bytes. It names one worker of one system for ever: no later worker gets the
// same name. Any thread.
class worker_handle {
  public:
    // Names nobody.
    constexpr worker_handle() noexcept = default;

    explicit constexpr worker_handle(worker_anchor& anchor) noexcept : anchor_{&anchor} {}

    // Of a worker that lives; of null, nobody.
    inline worker_handle(const worker_loop* of) noexcept;

    explicit operator bool() const noexcept { return anchor_ != nullptr; }

    // Its index in its system. It must name somebody, as for all below.
    unsigned index() const noexcept { return anchor_->index(); }

    // Whether both are of one system, so that rings lead from one to the other.
    bool same_system(worker_handle other) const noexcept {
        return anchor_->system() == other.anchor_->system();
    }

    // The worker, for those who know that its system has not ended meanwhile, such as its own
    // actors. Null when it has ended, or names nobody.
    worker_loop* get() const noexcept {
        return anchor_ == nullptr ? nullptr : static_cast<worker_loop*>(anchor_->worker());
    }

    worker_loop& operator*() const noexcept {
        worker_loop* const there = get();
        IAPP_CHECK(there != nullptr, "the worker has not ended");
        return *there;
    }

    worker_loop* operator->() const noexcept { return &**this; }

    worker_anchor& anchor() const noexcept { return *anchor_; }

    friend bool operator==(worker_handle, worker_handle) noexcept = default;

  private:
    worker_anchor* anchor_ = nullptr;
};

static_assert(sizeof(worker_handle) == 8);

// While it lives the worker cannot be destroyed; for threads that are none of its system's workers.
class worker_visit {
  public:
    explicit worker_visit(worker_handle whom) noexcept
        : anchor_{whom.anchor()}, worker_{static_cast<worker_loop*>(anchor_.enter())} {}

    ~worker_visit() {
        if (worker_ != nullptr) {
            anchor_.leave();
        }
    }

    worker_visit(const worker_visit&) = delete;
    worker_visit& operator=(const worker_visit&) = delete;

    // Null when the worker has ended.
    worker_loop* worker() const noexcept { return worker_; }

  private:
    worker_anchor& anchor_;
    worker_loop* worker_;
};

namespace detail {

inline constinit std::atomic<std::uint64_t> letters_after_end{0};

} // namespace detail

// How many messages this process has sent to actors whose systems had ended by then, by stop() or
// with their destructor: dead letters that no worker is left to count. Any thread.
inline std::uint64_t letters_after_end() noexcept {
    return detail::letters_after_end.load(std::memory_order_relaxed); // a counter, orders nothing
}

} // namespace iapp

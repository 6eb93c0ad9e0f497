#include <iapp/mailbox/worker_anchor.hpp>

#include <iapp/mailbox/return_list.hpp>

#include <memory>
#include <thread>

namespace iapp {

namespace {

struct anchor_block {
    anchor_block* next = nullptr;
    std::unique_ptr<worker_anchor[]> anchors;
};

// All that ever were, so that tools that look for leaks find them.
constinit basic_return_list<anchor_block> all_blocks;

} // namespace

std::span<worker_anchor> worker_anchor::make(unsigned workers) {
    auto made = std::make_unique<anchor_block>();
    made->anchors = std::make_unique<worker_anchor[]>(workers);
    const std::span<worker_anchor> anchors{made->anchors.get(), workers};
    for (unsigned i = 0; i < workers; ++i) {
        anchors[i].system_ = anchors.data();
        anchors[i].index_ = i;
    }
    all_blocks.push_chain(made.get(), made.get());
    made.release(); // kept for ever, on purpose
    return anchors;
}

void worker_anchor::close() noexcept {
    visits_.fetch_or(closed, std::memory_order_acq_rel); // pairs with enter()
    // acquire: pairs with leave(); what visitors have pushed is then there to be discarded.
    while (visits_.load(std::memory_order_acquire) != closed) {
        std::this_thread::yield(); // at the end of a system, for as long as a push takes
    }
}

} // namespace iapp

#pragma once
// A list that other threads push into and its owner takes whole.

#include <atomic>
#include <cstddef>

namespace iapp {

// For nodes whose place is reserved beforehand - memory that goes home, the completion of an
// accepted request - so it can never be full and allocates nothing: the link is a member of the
// node, `next`. A Treiber stack (R. K. Treiber, "Systems Programming: Coping with Parallelism", IBM
// RJ 5118, 1986) without its pop: the owner takes all nodes at once, so no node can come back
// between a look and an exchange (the ABA problem), and no push waits for another thread.
template <class Node, template <class> class Atomic = std::atomic>
class basic_return_list {
  public:
    // Any thread: `first` to `last` are linked by `next`, first on top. The nodes now belong to the
    // list.
    void push_chain(Node* first, Node* last) noexcept {
        Node* head = head_.load(std::memory_order_relaxed); // a guess; the exchange decides
        do {
            last->next = head;
            // release: pairs with the acquire in take_all(), which then sees the nodes' contents.
        } while (!head_.compare_exchange_weak(head, first, std::memory_order_release,
                                              std::memory_order_relaxed));
    }

    // Any thread; decides nothing but whether to look.
    bool empty() const noexcept { return head_.load(std::memory_order_relaxed) == nullptr; }

    // Owner only: all nodes, linked by `next`, the latest first; null when there are none.
    Node* take_all() noexcept {
        return empty() ? nullptr
                       : head_.exchange(nullptr, std::memory_order_acquire); // see push_chain()
    }

  private:
    Atomic<Node*> head_{nullptr};
};

} // namespace iapp

#pragma once
// memory_home: the memory of one worker's messages, and its way back from other workers.

#include <iapp/mailbox/doorbell.hpp>
#include <iapp/mailbox/memory_pool.hpp>
#include <iapp/mailbox/message.hpp>
#include <iapp/mailbox/return_list.hpp>

#include <cstring>
#include <utility>

namespace iapp {

// An envelope is allocated by the worker that sends it, from this worker's pool. Whoever frees it
// on another worker collects those of one home in a chain (homeward) and hands the chain over at
// the end of its turn, so that the shared word is touched once for many blocks.
class alignas(false_sharing_bytes) memory_home {
  public:
    memory_home(unsigned worker, memory_pool& pool) noexcept : worker_{worker}, pool_{pool} {
        pool_.before_growth(
            [](void* self) noexcept { static_cast<memory_home*>(self)->take_returned(); }, this);
    }

    ~memory_home() { pool_.before_growth(nullptr, nullptr); }

    memory_home(const memory_home&) = delete;
    memory_home& operator=(const memory_home&) = delete;

    unsigned worker() const noexcept { return worker_; }

    // Owner only: an envelope with M made from `args` inside. Throws what M's constructor throws.
    template <class M, class... Args>
    envelope* make(std::uint64_t to, const message_type& type, Args&&... args) {
        static_assert(alignof(M) <= alignof(envelope), "a message is aligned to 16 bytes at most");
        void* block = pool_.allocate(sizeof(envelope) + sizeof(M));
        auto* made = ::new (block) envelope{nullptr, to, &type, this};
        try {
            ::new (made->payload()) M(std::forward<Args>(args)...);
        } catch (...) {
            release(made);
            throw;
        }
        return made;
    }

    // Owner only: whether the next envelope with an M costs no more than a few instructions.
    template <class M>
    bool at_hand() const noexcept {
        return pool_.at_hand(sizeof(envelope) + sizeof(M));
    }

    // Owner only: an envelope with what travelled by value. Throws std::bad_alloc.
    envelope* wrap(parcel& message) {
        envelope* const made = make_bare(message.to, *message.type);
        std::memcpy(made->payload(), message.payload(), message.type->size_bytes);
        return made;
    }

    // Owner only: an envelope whose payload of type.size_bytes, trivially copyable, is the caller's
    // to fill.
    envelope* make_bare(std::uint64_t to, const message_type& type) {
        void* block = pool_.allocate(sizeof(envelope) + type.size_bytes);
        return ::new (block) envelope{nullptr, to, &type, this};
    }

    // Owner only: the block of an envelope of its own whose payload has ended.
    void release(envelope* e) noexcept { pool_.deallocate(e, e->block_bytes()); }

    // Any other worker: blocks of envelopes whose payloads have ended.
    void return_chain(envelope* first, envelope* last) noexcept {
        returned_.push_chain(first, last);
    }

    // Owner only: takes in what the others have returned.
    void take_returned() noexcept {
        for (envelope* e = returned_.take_all(); e != nullptr;) {
            release(std::exchange(e, e->next));
        }
    }

  private:
    unsigned worker_;
    memory_pool& pool_;
    alignas(false_sharing_bytes) basic_return_list<envelope> returned_;
};

// The same for a thread that has no pool: from the system heap.
template <class M, class... Args>
envelope* make_heap_envelope(std::uint64_t to, const message_type& type, Args&&... args) {
    static_assert(alignof(M) <= alignof(envelope), "a message is aligned to 16 bytes at most");
    void* block = ::operator new(sizeof(envelope) + sizeof(M));
    auto* made = ::new (block) envelope{nullptr, to, &type, nullptr};
    try {
        ::new (made->payload()) M(std::forward<Args>(args)...);
    } catch (...) {
        ::operator delete(block);
        throw;
    }
    return made;
}

} // namespace iapp

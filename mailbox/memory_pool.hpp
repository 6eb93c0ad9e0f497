#pragma once
// Fixed-size memory for the small records of one worker: actors, messages, timers, list nodes.

#include <iapp/mailbox/poison.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace iapp {

// Hands out blocks from free lists, one list for every multiple of 32 bytes up to 1 KiB; larger
// requests go to the system heap. Memory comes from the heap in chunks of 64 KiB and is kept until
// the pool ends, so the steady state allocates nothing. It has no limit of its own: what bounds it
// are the limits on actors, connections, timers and messages that live in it.
// Belongs to one thread at a time. Free blocks are poisoned under AddressSanitizer.
class memory_pool {
  public:
    static constexpr std::size_t step_bytes = 32;
    static constexpr std::size_t largest_bytes = 1024;
    static constexpr std::size_t chunk_bytes = 64 * 1024;

    memory_pool() = default;
    ~memory_pool();
    memory_pool(const memory_pool&) = delete;
    memory_pool& operator=(const memory_pool&) = delete;

    // Memory for `bytes`, aligned as operator new aligns. Never null: throws std::bad_alloc as
    // operator new does when the system has none.
    [[gnu::always_inline]] void* allocate(std::size_t bytes) {
        if (bytes > largest_bytes) [[unlikely]] {
            return allocate_large(bytes);
        }
        free_block*& list = free_[class_of(bytes)];
        if (list == nullptr) [[unlikely]] {
            refill(class_of(bytes));
        }
        free_block* const block = list;
        unpoison(block, bytes_of(class_of(bytes)));
        list = block->next;
        return block;
    }

    // Gives back what allocate(bytes) returned; `bytes` must be the same.
    [[gnu::always_inline]] void deallocate(void* memory, std::size_t bytes) noexcept {
        if (bytes > largest_bytes) [[unlikely]] {
            deallocate_large(memory);
            return;
        }
        free_block*& list = free_[class_of(bytes)];
        list = ::new (memory) free_block{list};
        poison(memory, bytes_of(class_of(bytes)));
    }

    template <class T, class... Args>
    T* make(Args&&... args) {
        static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__,
                      "an actor, or what else a pool holds, is aligned to 16 bytes at most");
        void* memory = allocate(sizeof(T));
        try {
            return ::new (memory) T(std::forward<Args>(args)...);
        } catch (...) {
            deallocate(memory, sizeof(T));
            throw;
        }
    }

    template <class T>
    void destroy(T* object) noexcept {
        object->~T();
        deallocate(object, sizeof(T));
    }

    // Whether allocate(bytes) would only take the first of a list.
    bool at_hand(std::size_t bytes) const noexcept {
        return bytes <= largest_bytes && free_[class_of(bytes)] != nullptr;
    }

    // Calls give_back(owner) whenever a block is wanted that is not at hand, for what it has to
    // give back: so the pool does not grow while there is something. Null: nobody is called.
    void before_growth(void (*give_back)(void* owner) noexcept, void* owner) noexcept {
        give_back_ = give_back;
        owner_ = owner;
    }

    // Blocks handed out and not yet given back. Counts the free ones, which takes its time: nothing
    // is counted when a block comes and goes.
    std::size_t outstanding() const noexcept;

    // Bytes taken from the system heap for chunks.
    std::size_t reserved_bytes() const noexcept { return chunks_.size() * chunk_bytes; }

  private:
    struct free_block {
        free_block* next;
    };

    static constexpr std::size_t class_of(std::size_t bytes) noexcept {
        return bytes == 0 ? 0 : (bytes - 1) / step_bytes;
    }

    static constexpr std::size_t bytes_of(std::size_t size_class) noexcept {
        return (size_class + 1) * step_bytes;
    }

    void* allocate_large(std::size_t bytes);
    void deallocate_large(void* memory) noexcept;
    void refill(std::size_t size_class);

    std::array<free_block*, largest_bytes / step_bytes> free_{};
    std::vector<std::unique_ptr<std::byte[]>> chunks_;
    std::size_t carved_ = 0; // blocks of all chunks
    std::size_t large_ = 0;  // that are out
    void (*give_back_)(void* owner) noexcept = nullptr;
    void* owner_ = nullptr;
};

} // namespace iapp

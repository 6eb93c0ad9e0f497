#include <iapp/mailbox/memory_pool.hpp>

namespace iapp {

memory_pool::~memory_pool() {
    for (const auto& chunk : chunks_) {
        unpoison(chunk.get(), chunk_bytes); // the heap's own bookkeeping takes over
    }
}

void* memory_pool::allocate_large(std::size_t bytes) {
    if (give_back_ != nullptr) {
        give_back_(owner_);
    }
    void* memory = ::operator new(bytes);
    ++large_;
    return memory;
}

void memory_pool::deallocate_large(void* memory) noexcept {
    ::operator delete(memory);
    --large_;
}

std::size_t memory_pool::outstanding() const noexcept {
    std::size_t free = 0;
    for (const free_block* block : free_) {
        while (block != nullptr) {
            ++free;
            unpoison(block, sizeof(free_block));
            const free_block* const next = block->next;
            poison(block, sizeof(free_block));
            block = next;
        }
    }
    return carved_ - free + large_;
}

void memory_pool::refill(std::size_t size_class) {
    if (give_back_ != nullptr) {
        give_back_(owner_);
        if (free_[size_class] != nullptr) {
            return;
        }
    }
    chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(chunk_bytes));
    std::byte* chunk = chunks_.back().get();
    const std::size_t block_bytes = bytes_of(size_class);
    free_block* first = nullptr;
    // From the end, so that blocks are handed out in address order.
    for (std::size_t i = chunk_bytes / block_bytes; i-- > 0;) {
        first = ::new (chunk + i * block_bytes) free_block{first};
    }
    free_[size_class] = first;
    carved_ += chunk_bytes / block_bytes;
    poison(chunk, chunk_bytes);
}

} // namespace iapp

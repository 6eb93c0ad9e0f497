#include <iapp/mailbox/memory_pool.hpp>

#include <iapp/mailbox/poison.hpp>

namespace iapp {

namespace {

constexpr std::size_t class_of(std::size_t bytes) {
    return bytes == 0 ? 0 : (bytes - 1) / memory_pool::step_bytes;
}

constexpr std::size_t bytes_of(std::size_t size_class) {
    return (size_class + 1) * memory_pool::step_bytes;
}

} // namespace

memory_pool::~memory_pool() {
    for (const auto& chunk : chunks_) {
        unpoison(chunk.get(), chunk_bytes); // the heap's own bookkeeping takes over
    }
}

void* memory_pool::allocate(std::size_t bytes) {
    if (bytes > largest_bytes) {
        void* memory = ::operator new(bytes);
        ++outstanding_;
        return memory;
    }
    const std::size_t size_class = class_of(bytes);
    if (free_[size_class] == nullptr) {
        refill(size_class);
    }
    free_block* block = free_[size_class];
    unpoison(block, bytes_of(size_class));
    free_[size_class] = block->next;
    ++outstanding_;
    return block;
}

void memory_pool::deallocate(void* memory, std::size_t bytes) noexcept {
    --outstanding_;
    if (bytes > largest_bytes) {
        ::operator delete(memory);
        return;
    }
    const std::size_t size_class = class_of(bytes);
    free_[size_class] = ::new (memory) free_block{free_[size_class]};
    poison(memory, bytes_of(size_class));
}

void memory_pool::refill(std::size_t size_class) {
    chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(chunk_bytes));
    std::byte* chunk = chunks_.back().get();
    const std::size_t block_bytes = bytes_of(size_class);
    free_block* first = nullptr;
    // From the end, so that blocks are handed out in address order.
    for (std::size_t i = chunk_bytes / block_bytes; i-- > 0;) {
        first = ::new (chunk + i * block_bytes) free_block{first};
    }
    free_[size_class] = first;
    poison(chunk, chunk_bytes);
}

} // namespace iapp

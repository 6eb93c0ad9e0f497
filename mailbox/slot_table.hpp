#pragma once
// A table whose entries are named by slot and generation, so that a stale name finds nothing.

#include <iapp/mailbox/check.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace iapp {

// Names an entry of a slot_table: a plain value that may outlive the entry. Generation 0 is never
// given out, so a default-constructed name finds nothing.
struct slot_id {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;

    constexpr std::uint64_t to_word() const noexcept {
        return (std::uint64_t{generation} << 32) | slot;
    }

    static constexpr slot_id from_word(std::uint64_t word) noexcept {
        return {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32)};
    }

    explicit constexpr operator bool() const noexcept { return generation != 0; }

    friend constexpr bool operator==(slot_id, slot_id) noexcept = default;
};

// Owns objects at addresses that never move. Destroyed slots are reused only after recycle(), so a
// loop over a batch of names can still tell dead from alive when the batch itself destroys some.
// A name that was reused 2^32 times would match again: at a million reuses of one slot a second
// that is more than an hour of keeping a dead name. Belongs to one thread.
template <class T>
class slot_table {
  public:
    // At most `limit` entries are alive at one time; beyond it create() gives a null pointer.
    explicit slot_table(std::uint32_t limit) : limit_{std::min(limit, alive)} {}

    ~slot_table() {
        for_each([this](slot_id id, T&) { destroy(id); });
    }

    slot_table(const slot_table&) = delete;
    slot_table& operator=(const slot_table&) = delete;

    // A new entry and, through `id`, its name; null when the table is full.
    template <class... Args>
    T* create(slot_id& id, Args&&... args) {
        if (free_ == nobody && !grow()) [[unlikely]] {
            return nullptr;
        }
        const std::uint32_t slot = free_;
        entry& e = at(slot);
        T* object = ::new (static_cast<void*>(e.storage)) T(std::forward<Args>(args)...);
        free_ = std::exchange(e.next, alive);
        id = {slot, e.generation};
        ++size_;
        return object;
    }

    // The entry of that name, or null when it has been destroyed.
    T* find(slot_id id) noexcept { return lives(id) ? at(id.slot).object() : nullptr; }

    // The entry of that name, or `otherwise`.
    T& find_or(slot_id id, T& otherwise) noexcept {
        return lives(id) ? *at(id.slot).object() : otherwise;
    }

    // Destroys an entry; its slot waits for recycle().
    void destroy(slot_id id) {
        last_retired_ = retired_ == nobody ? id.slot : last_retired_;
        end(id).next = std::exchange(retired_, id.slot);
    }

    // The same for a table that is not looked at in batches: the next entry gets the slot, whose
    // memory is still at hand.
    void destroy_and_reuse(slot_id id) { end(id).next = std::exchange(free_, id.slot); }

    // Makes the slots destroyed so far available again.
    void recycle() {
        if (retired_ != nobody) {
            at(last_retired_).next = std::exchange(free_, std::exchange(retired_, nobody));
        }
    }

    // Calls f(id, entry) for each living entry; f may destroy the entry it is given.
    template <class F>
    void for_each(F&& f) {
        for (std::uint32_t slot = 0; slot < capacity(); ++slot) {
            entry& e = at(slot);
            if (e.next == alive) {
                f(slot_id{slot, e.generation}, *e.object());
            }
        }
    }

    std::size_t size() const noexcept { return size_; }

    std::uint32_t limit() const noexcept { return limit_; }

  private:
    static constexpr std::uint32_t chunk_entries = 64;
    static constexpr std::uint32_t nobody = UINT32_MAX;
    static constexpr std::uint32_t alive = UINT32_MAX - 1;

    struct entry {
        // In front, beside what an object begins with, so that finding it touches one line.
        std::uint32_t generation = 1;
        std::uint32_t next = nobody; // of the free or the retired ones; or alive
        alignas(T) std::byte storage[sizeof(T)];

        T* object() noexcept { return std::launder(reinterpret_cast<T*>(storage)); }
    };

    std::uint32_t capacity() const noexcept { return capacity_; }

    // The generation moves on with the end of an entry, so an equal one means that it lives.
    bool lives(slot_id id) noexcept {
        return id.slot < capacity() && at(id.slot).generation == id.generation;
    }

    entry& at(std::uint32_t slot) noexcept {
        return chunks_[slot / chunk_entries][slot % chunk_entries];
    }

    entry& end(slot_id id) {
        T* object = find(id);
        IAPP_CHECK(object != nullptr, "a slot is destroyed once");
        entry& e = at(id.slot);
        e.generation = e.generation == UINT32_MAX ? 1 : e.generation + 1;
        --size_;
        object->~T();
        return e;
    }

    bool grow() {
        const std::uint32_t first = capacity();
        if (first >= limit_) {
            return false;
        }
        chunks_.push_back(std::make_unique<entry[]>(chunk_entries));
        capacity_ += chunk_entries;
        for (std::uint32_t slot = std::min(capacity(), limit_); slot-- > first;) {
            at(slot).next = std::exchange(free_, slot);
        }
        return true;
    }

    std::uint32_t limit_;
    std::uint32_t capacity_ = 0;
    std::size_t size_ = 0;
    std::vector<std::unique_ptr<entry[]>> chunks_;
    std::uint32_t free_ = nobody;
    std::uint32_t retired_ = nobody;
    std::uint32_t last_retired_ = nobody; // the first one of its chain to have come
};

} // namespace iapp

template <>
struct std::hash<iapp::slot_id> {
    std::size_t operator()(iapp::slot_id id) const noexcept {
        return std::hash<std::uint64_t>{}(id.to_word());
    }
};

#include <iapp/actors/slot_grants.hpp>

#include <iapp/actors/worker.hpp>

#include <algorithm>

namespace iapp {

// To the worker that has the slots; `to` is the index of the one that wants them.
struct slot_grants::request {
    static void run(void* worker, std::uint64_t to, void* payload, fate what) {
        if (what == fate::deliver) {
            static_cast<worker_loop*>(worker)->grants().give(static_cast<unsigned>(to),
                                                             static_cast<request*>(payload)->count);
        }
    }

    std::uint32_t count;
};

// Back; `to` is the index of the one that has them.
struct slot_grants::grant {
    static void run(void* worker, std::uint64_t to, void* payload, fate what) {
        if (what == fate::deliver) {
            const auto& self = *static_cast<grant*>(payload);
            held& of = static_cast<worker_loop*>(worker)->grants().held_[to];
            of.slots.insert(of.slots.end(), self.slots.begin(), self.slots.begin() + self.count);
            of.asked = of.asked && !self.last;
        }
    }

    std::array<slot_id, 32> slots;
    std::uint8_t count = 0;
    bool last = false;
};

slot_grants::slot_grants(worker_loop& home, slot_table<cell*>& own, unsigned workers)
    : home_{home}, own_{own}, held_(workers) {
    const std::uint32_t others = std::max(workers, 2U) - 1;
    const std::uint32_t each = std::max(held_at_start / others, held_at_start_least);
    for (held& of : held_) {
        of.wanted = std::min(each, own.limit() / 2 / others);
    }
}

void slot_grants::begin(std::span<worker_loop* const> all) {
    for (worker_loop* const from : all) {
        for (worker_loop* const to : all) {
            held& of = to->grants().held_[from->index()];
            of.slots.reserve(from == to ? 0 : of.wanted);
            for (std::uint32_t i = 0; from != to && i < of.wanted; ++i) {
                of.slots.push_back(from->grants().reserve());
            }
        }
    }
}

slot_id slot_grants::take(unsigned of) {
    held& from = held_[of];
    if (from.slots.empty()) {
        from.wanted = std::clamp(2 * from.wanted, 1U, held_max);
        ask(of);
        return {};
    }
    const slot_id taken = from.slots.back();
    from.slots.pop_back();
    if (from.slots.size() <= from.wanted / 2) {
        ask(of);
    }
    return taken;
}

void slot_grants::ask(unsigned of) {
    held& from = held_[of];
    if (!std::exchange(from.asked, true)) {
        const auto count = static_cast<std::uint32_t>(from.wanted - from.slots.size());
        worker_loop::send(home_.peer(worker{of}), home_.index(), self_running_type<request>,
                          request{count}, delivery::reserved);
    }
}

void slot_grants::give(unsigned to, std::uint32_t count) {
    grant next;
    do {
        next = {};
        while (next.count < next.slots.size() && count > 0) {
            const slot_id slot = reserve();
            count = slot ? count - 1 : 0;
            if (slot) {
                next.slots[next.count++] = slot;
            }
        }
        next.last = count == 0;
        worker_loop::send(home_.peer(worker{to}), home_.index(), self_running_type<grant>,
                          grant{next}, delivery::reserved);
    } while (!next.last);
}

slot_id slot_grants::reserve() {
    slot_id id;
    if (granted_ < own_.limit() / 2 && own_.create(id, nullptr) != nullptr) {
        ++granted_;
    }
    return id;
}

bool slot_grants::begin_birth(slot_id which) noexcept {
    --granted_;
    return std::erase(doomed_, which) == 0;
}

void slot_grants::note_stillborn(slot_id which) noexcept {
    stillborn_[next_stillborn_++ % stillborn_.size()] = which;
}

bool slot_grants::stillborn(slot_id which) const noexcept {
    return std::find(stillborn_.begin(), stillborn_.end(), which) != stillborn_.end();
}

} // namespace iapp

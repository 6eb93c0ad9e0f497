#include <iapp/reactor/timer_wheel.hpp>

#include <iapp/mailbox/check.hpp>

#include <algorithm>
#include <bit>

namespace iapp {

namespace {

constexpr std::uint64_t tick_ns = std::chrono::nanoseconds{timer_wheel::tick}.count();

// Nanoseconds from `from` to `to`, 0 when `to` is not later. Unsigned arithmetic wraps where the
// signed one would overflow: the two may be up to 2^64 ns apart.
std::uint64_t nanoseconds_between(time_point from, time_point to) noexcept {
    if (to <= from) {
        return 0;
    }
    return static_cast<std::uint64_t>(to.time_since_epoch().count()) -
           static_cast<std::uint64_t>(from.time_since_epoch().count());
}

} // namespace

timer_node::~timer_node() {
    if (armed()) {
        wheel_->cancel(*this);
    }
}

timer_wheel::~timer_wheel() {
    IAPP_CHECK(!advancing_, "a timer wheel was destroyed by one of its callbacks");
    forget_all(open_);
    for (level& l : levels_) {
        for (; l.occupied != 0; l.occupied &= l.occupied - 1) {
            forget_all(l.slots[static_cast<std::size_t>(std::countr_zero(l.occupied))]);
        }
    }
    IAPP_CHECK(armed_ == 0, "the count of armed timers is wrong");
}

void timer_wheel::arm(timer_node& node, time_point deadline) {
    IAPP_CHECK(node.fire != nullptr, "a timer without a callback was armed");
    cancel(node);
    node.deadline_ = deadline;
    node.due_tick_ = std::max(tick_at_or_after(deadline), time_);
    node.wheel_ = this;
    ++armed_;
    if (advancing_ && node.due_tick_ == time_) {
        deferred_.push_back(node);
    } else if (joins_open_slot(node.due_tick_)) {
        // Spreading one for each that comes keeps the open slot from growing for ever.
        open_.push_back(node);
        place(take_open());
    } else {
        place(node);
    }
}

void timer_wheel::cancel(timer_node& node) noexcept {
    if (!node.armed()) {
        return;
    }
    IAPP_CHECK(node.wheel_ == this, "a timer belongs to another wheel");
    const auto [l, s] = position_of(node.due_tick_);
    node_list& slot = levels_[l].slots[s];
    // The node may be in open_ or deferred_ instead: unlinking needs no list, and the bit then gets
    // the value that it has.
    slot.erase(node_list::s_iterator_to(node));
    if (slot.empty()) {
        levels_[l].occupied &= ~(std::uint64_t{1} << s);
    }
    --armed_;
}

std::size_t timer_wheel::advance(time_point now, std::size_t budget) noexcept {
    IAPP_CHECK(!advancing_, "a timer callback called advance");
    time_ = std::max(time_, tick_at_or_before(now));
    advancing_ = true;
    std::size_t fired = 0;
    std::size_t moved = 0;
    while (fired < budget && moved < moves_per_advance_max) {
        if (open_.empty() && !open_next()) {
            break;
        }
        if (open_level_ == 0) {
            fire_next();
            ++fired;
        } else {
            place(take_open());
            ++moved;
        }
    }
    advancing_ = false;
    settle_deferred();
    return fired;
}

std::optional<time_point> timer_wheel::next_deadline() const noexcept {
    if (!open_.empty()) {
        return instant(position_);
    }
    if (!deferred_.empty()) {
        return instant(time_);
    }
    if (const auto next = find_next()) {
        return instant(next->first_tick);
    }
    return std::nullopt;
}

std::uint64_t timer_wheel::tick_at_or_before(time_point t) const noexcept {
    return nanoseconds_between(origin_, t) / tick_ns;
}

std::uint64_t timer_wheel::tick_at_or_after(time_point t) const noexcept {
    const std::uint64_t ns = nanoseconds_between(origin_, t);
    return ns / tick_ns + (ns % tick_ns != 0 ? 1 : 0);
}

// The time at which a tick begins; the end of time when rounding up went past it.
time_point timer_wheel::instant(std::uint64_t tick_number) const noexcept {
    const std::uint64_t ns = tick_number * tick_ns;
    if (ns > nanoseconds_between(origin_, time_point::max())) {
        return time_point::max();
    }
    const auto since_epoch = static_cast<std::uint64_t>(origin_.time_since_epoch().count()) + ns;
    return time_point{duration{static_cast<monotonic_clock::rep>(since_epoch)}};
}

timer_wheel::position timer_wheel::position_of(std::uint64_t tick_number) const noexcept {
    const std::uint64_t differing = tick_number ^ position_;
    const auto highest_bit = static_cast<unsigned>(std::bit_width(differing | 1)) - 1;
    const unsigned l = highest_bit / digit_bits;
    return {l, static_cast<unsigned>((tick_number >> (l * digit_bits)) % slots_per_level)};
}

std::optional<timer_wheel::next_slot> timer_wheel::find_next() const noexcept {
    for (unsigned l = 0; l < level_count; ++l) {
        if (levels_[l].occupied == 0) {
            continue;
        }
        const auto s = static_cast<unsigned>(std::countr_zero(levels_[l].occupied));
        const unsigned shift = l * digit_bits;
        const std::uint64_t digits_above = position_ >> (shift + digit_bits) << digit_bits;
        return next_slot{{l, s}, (digits_above | s) << shift};
    }
    return std::nullopt;
}

// Whether timers of this tick, armed earlier, may still be in the slot that is being spread. Who
// comes now must queue behind them, or the order within the tick would be lost.
bool timer_wheel::joins_open_slot(std::uint64_t tick_number) const noexcept {
    return !open_.empty() && position_of(tick_number).level < open_level_;
}

void timer_wheel::place(timer_node& node) noexcept {
    const auto [l, s] = position_of(node.due_tick_);
    levels_[l].slots[s].push_back(node);
    levels_[l].occupied |= std::uint64_t{1} << s;
}

timer_node& timer_wheel::take_open() noexcept {
    timer_node& node = open_.front();
    open_.pop_front();
    return node;
}

// Moves the position on: to the next occupied slot and takes its timers out, or, when none begins
// by now, to the present.
bool timer_wheel::open_next() noexcept {
    const auto next = find_next();
    if (!next || next->first_tick > time_) {
        position_ = time_;
        return false;
    }
    position_ = next->first_tick;
    level& l = levels_[next->at.level];
    open_.splice(open_.end(), l.slots[next->at.slot]);
    l.occupied &= ~(std::uint64_t{1} << next->at.slot);
    open_level_ = next->at.level;
    return true;
}

void timer_wheel::fire_next() noexcept {
    timer_node& node = take_open();
    --armed_;
    node.fire(node); // may destroy the node
}

// Puts what callbacks armed for "at once" where the next advance finds it. All of it has the tick
// time_, so all of it goes to one place.
void timer_wheel::settle_deferred() noexcept {
    if (deferred_.empty()) {
        return;
    }
    if (joins_open_slot(time_)) {
        open_.splice(open_.end(), deferred_);
        return;
    }
    const auto [l, s] = position_of(time_);
    levels_[l].slots[s].splice(levels_[l].slots[s].end(), deferred_);
    levels_[l].occupied |= std::uint64_t{1} << s;
}

void timer_wheel::forget_all(node_list& list) noexcept {
    list.clear_and_dispose([this](timer_node*) { --armed_; });
}

} // namespace iapp

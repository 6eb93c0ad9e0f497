#pragma once
// Timers of one worker: a hierarchical timing wheel after G. Varghese and T. Lauck, "Hashed and
// Hierarchical Timing Wheels" (SOSP 1987), scheme 7, with a bitmap of the occupied slots per level.
//
// A deadline, rounded up to a tick, is a number of base-64 digits. A timer waits at the level of
// the highest digit in which its tick differs from the wheel's position, in the slot of that digit.
// Three things follow. All timers of a level are due before those of the next level, so the first
// occupied slot of the first occupied level is the next one to open. Timers of one tick are always
// in the same slot, so their order is kept by appending. And a timer's slot can be computed, so the
// node need not store it. When the position reaches a slot above level 0, its timers are spread
// over the levels below: at most level_count - 1 moves in the life of a timer.
//
// 8 levels of 64 slots cover every time_point: 2^64 ns are fewer than 2^45 ticks of 1 ms.

#include <iapp/reactor/clock.hpp>

#include <array>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace iapp {

class timer_wheel;

// One timer, owned by whoever embeds or derives from it; the wheel only links it and never
// allocates. It stays at its address: not copied, not moved. Destroying an armed node disarms it.
// Touched only by the worker that owns the wheel.
class timer_node {
  public:
    // Called by timer_wheel::advance; the node is no longer armed then. It must not throw.
    using fire_function = void (*)(timer_node&);

    timer_node() = default;

    explicit timer_node(fire_function on_fire) noexcept : fire{on_fire} {}

    ~timer_node();
    timer_node(const timer_node&) = delete;
    timer_node& operator=(const timer_node&) = delete;

    bool armed() const noexcept { return hook_.is_linked(); }

    // The deadline given to the last arm(), also after it fired or was cancelled.
    time_point deadline() const noexcept { return deadline_; }

    // Set by the owner before the node is armed.
    fire_function fire = nullptr;

  private:
    friend class timer_wheel;

    using hook = boost::intrusive::list_member_hook<
        boost::intrusive::link_mode<boost::intrusive::safe_link>>;

    hook hook_;
    time_point deadline_{};
    std::uint64_t due_tick_ = 0;
    timer_wheel* wheel_ = nullptr; // valid while armed
};

// All timers of one worker. Any number of nodes may be armed; a wheel takes about 8 KiB. Every
// method belongs to the worker that owns the wheel. Nodes still armed when the wheel is destroyed
// are disarmed and never fire.
class timer_wheel {
  public:
    // The resolution: a timer fires up to one tick after its deadline, never before it.
    static constexpr std::chrono::milliseconds tick{1};

    // How many timers one advance() moves to a lower level at most; it goes on in the next one.
    static constexpr std::size_t moves_per_advance_max = 4096;

    // `now` is tick 0; deadlines before it count as passed.
    explicit timer_wheel(time_point now) noexcept : origin_{now} {}

    ~timer_wheel();
    timer_wheel(const timer_wheel&) = delete;
    timer_wheel& operator=(const timer_wheel&) = delete;

    // Arms the node, or moves it when it is armed already (in this wheel: another one is a
    // programmer error, as is a node without a callback). A deadline that has passed counts as due
    // at the time of the latest advance(), and fires in the next one. O(1).
    void arm(timer_node& node, time_point deadline);

    // Disarms the node; harmless when it is not armed. O(1).
    void cancel(timer_node& node) noexcept;

    // Fires the timers that are due at `now`, at most `budget` of them, and returns how many: in
    // the order of their ticks and, within one tick, in the order in which they were armed. A
    // callback may arm and cancel any timer, its own included, and destroy its own node; a timer
    // that it arms never fires before the next advance(). Not called from a callback. A `now`
    // before that of the previous call counts as the previous one.
    std::size_t advance(time_point now, std::size_t budget) noexcept;

    // When advance() must be called next: never later than the earliest deadline rounded up to a
    // tick. It may be earlier, to spread a slot, and lies in the past when the latest advance()
    // left something undone. Empty when nothing is armed. O(levels).
    std::optional<time_point> next_deadline() const noexcept;

    // The time up to which timers have fired, or are about to: what is not later is due.
    time_point reached() const noexcept { return instant(time_); }

    // How many timers are armed.
    std::size_t armed() const noexcept { return armed_; }

  private:
    using node_list = boost::intrusive::list<
        timer_node, boost::intrusive::member_hook<timer_node, timer_node::hook, &timer_node::hook_>,
        boost::intrusive::constant_time_size<false>>;

    static constexpr unsigned digit_bits = 6;
    static constexpr std::size_t slots_per_level = std::size_t{1} << digit_bits;
    static constexpr unsigned level_count = 8;

    struct level {
        std::uint64_t occupied = 0; // bit i: slots[i] is not empty
        std::array<node_list, slots_per_level> slots;
    };

    struct position {
        unsigned level;
        unsigned slot;
    };

    struct next_slot {
        position at;
        std::uint64_t first_tick;
    };

    std::uint64_t tick_at_or_before(time_point t) const noexcept;
    std::uint64_t tick_at_or_after(time_point t) const noexcept;
    time_point instant(std::uint64_t tick_number) const noexcept;
    position position_of(std::uint64_t tick_number) const noexcept;
    std::optional<next_slot> find_next() const noexcept;
    bool joins_open_slot(std::uint64_t tick_number) const noexcept;
    void place(timer_node& node) noexcept;
    timer_node& take_open() noexcept;
    bool open_next() noexcept;
    void fire_next() noexcept;
    void settle_deferred() noexcept;
    void forget_all(node_list& list) noexcept;

    time_point origin_;
    std::uint64_t time_ = 0;     // tick of the latest advance
    std::uint64_t position_ = 0; // every tick before it is done; position_ <= time_
    std::size_t armed_ = 0;
    bool advancing_ = false;
    unsigned open_level_ = 0; // the level that open_ was taken from
    node_list open_;          // the slot being fired (level 0) or spread; what remains of it
    node_list deferred_;      // armed by callbacks of this advance, and due at once
    std::array<level, level_count> levels_;
};

} // namespace iapp

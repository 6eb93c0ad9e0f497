#pragma once
// deadline_groups: many deadlines that are hardly ever met, for a few stores each.

#include <iapp/mailbox/memory_pool.hpp>
#include <iapp/reactor/timer_wheel.hpp>

#include <array>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace iapp {

class deadline_groups;
struct deadline_group;

// Something that waits until a deadline, usually in vain. Destroying it ends that.
struct grouped_deadline
    : boost::intrusive::list_base_hook<boost::intrusive::tag<deadline_group>,
                                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    grouped_deadline() noexcept = default;
    grouped_deadline(const grouped_deadline&) = delete;
    grouped_deadline& operator=(const grouped_deadline&) = delete;
    ~grouped_deadline();

    time_point deadline;
    deadline_group* group = nullptr; // null: does not wait
};

using grouped_list =
    boost::intrusive::list<grouped_deadline,
                           boost::intrusive::base_hook<boost::intrusive::list_base_hook<
                               boost::intrusive::tag<deadline_group>,
                               boost::intrusive::link_mode<boost::intrusive::auto_unlink>>>,
                           boost::intrusive::constant_time_size<false>>;

// One timer and who shares it.
struct deadline_group final : timer_node {
    deadline_group(deadline_groups& home_, std::uint64_t granule_) noexcept
        : timer_node{&fired}, home{home_}, granule{granule_} {}

    static void fired(timer_node& node);

    deadline_groups& home;
    std::uint64_t granule;
    grouped_list members;
};

// Those whose deadlines lie within about a millisecond share one timer of the wheel, which is armed
// for the earliest and again for what is left. So a deadline is met as if it had a timer of its
// own, but one that is not met costs no more than joining a list and leaving it. Belongs to one
// worker; groups live in its memory pool.
class deadline_groups {
  public:
    using expire_function = void (*)(grouped_deadline& who);

    // `on_expire` is called for each one whose deadline has passed, which no longer waits then; it
    // may add, remove and destroy any. Never from within add().
    deadline_groups(timer_wheel& wheel, memory_pool& memory, expire_function on_expire) noexcept
        : wheel_{wheel}, memory_{memory}, expire_{on_expire} {}

    deadline_groups(const deadline_groups&) = delete;
    deadline_groups& operator=(const deadline_groups&) = delete;

    ~deadline_groups();

    // Begins to wait, or waits for another deadline instead. Throws std::bad_alloc.
    void add(grouped_deadline& who, time_point deadline);

    void remove(grouped_deadline& who) noexcept;

    // Gives back the groups in which nobody waits.
    void clear() noexcept;

  private:
    friend struct deadline_group;

    // How many expire before the wheel's other timers have their turn.
    static constexpr std::size_t expired_per_turn = 256;
    static constexpr unsigned granule_bits = 20; // of nanoseconds
    static constexpr std::size_t cached_groups = 32;

    deadline_group*& cached(std::uint64_t granule) noexcept {
        return cache_[granule % cached_groups];
    }

    deadline_group& make_group(std::uint64_t granule, time_point deadline);
    void left_empty(deadline_group& group) noexcept;
    void fire(deadline_group& group) noexcept;
    void end(deadline_group& group) noexcept;

    timer_wheel& wheel_;
    memory_pool& memory_;
    expire_function expire_;
    // The latest group for each remainder of a granule; these live on when they are empty.
    std::array<deadline_group*, cached_groups> cache_{};
};

inline void deadline_groups::add(grouped_deadline& who, time_point deadline) {
    remove(who);
    const auto ns = static_cast<std::uint64_t>(deadline.time_since_epoch().count());
    deadline_group* group = cached(ns >> granule_bits);
    if (group == nullptr || group->granule != ns >> granule_bits) [[unlikely]] {
        group = &make_group(ns >> granule_bits, deadline);
    } else if (deadline < group->deadline()) [[unlikely]] {
        wheel_.arm(*group, deadline);
    }
    group->members.push_back(who);
    who.deadline = deadline;
    who.group = group;
}

inline void deadline_groups::remove(grouped_deadline& who) noexcept {
    deadline_group* const group = std::exchange(who.group, nullptr);
    if (group != nullptr) {
        group->members.erase(grouped_list::s_iterator_to(who));
        if (group->members.empty()) {
            left_empty(*group);
        }
    }
}

inline grouped_deadline::~grouped_deadline() {
    if (group != nullptr) {
        group->home.remove(*this);
    }
}

} // namespace iapp

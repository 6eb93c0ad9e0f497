#include <iapp/actors/queue_core.hpp>

#include <iapp/actors/queue_hub.hpp>
#include <iapp/actors/worker.hpp>

#include <bit>

namespace iapp {

namespace {

constexpr std::uint64_t bit_of(unsigned worker) noexcept {
    return std::uint64_t{1} << worker;
}

unsigned first_of(std::uint64_t workers) noexcept {
    return static_cast<unsigned>(std::countr_zero(workers));
}

// Events that did not get to the subscribers that a worker has now.
void add_dropped(const queue_lane& of, std::uint64_t events, worker_counters& to) noexcept {
    const std::uint64_t letters = of.hub == nullptr ? 0 : events * of.hub->subscribers();
    to.events_dropped += events;
    to.sent += letters;
    to.dead_letters[index_of(dead_letter::dropped)] += letters;
}

} // namespace

queue_core::queue_core(unsigned workers, const message_type* type, std::string_view name,
                       const queue_options& options)
    : type_{type}, name_{name}, options_{options}, workers_{workers},
      lanes_{std::make_unique<queue_lane[]>(workers)}, subscribed_{options.replay_last
                                                                       ? bit_of(workers) - 1
                                                                       : 0} {}

void queue_core::set_subscribed(unsigned worker, bool any) noexcept {
    if (options_.replay_last) {
        return; // every worker wants every event
    }
    if (any) {
        subscribed_.fetch_or(bit_of(worker), std::memory_order_relaxed); // see subscribed()
    } else {
        subscribed_.fetch_and(~bit_of(worker), std::memory_order_relaxed);
    }
}

bool queue_core::arrive(worker_loop& home, fate what) noexcept {
    queue_lane& here = lane(home.index());
    if (counts()) {
        // relaxed: a count; the event itself came by the mail.
        const std::uint64_t before = here.under_way.fetch_sub(1, std::memory_order_relaxed);
        count_missed(home);
        if (options_.when_full == overflow::drop_oldest && (before & under_way_mask) > limit()) {
            queue_tally::add(here.tally.dropped, 1); // so many younger ones are behind it
            add_dropped(here, 1, home.tally());
            return false;
        }
    }
    if (what == fate::discard) {
        queue_tally::add(here.tally.stopped, 1);
        ++home.tally().events_dropped;
        return false;
    }
    return true;
}

void queue_core::count_missed(worker_loop& home) noexcept {
    queue_lane& here = lane(home.index());
    // relaxed, all: counts.
    if (here.under_way.load(std::memory_order_relaxed) < one_missed) {
        return;
    }
    const std::uint64_t missed =
        here.under_way.fetch_and(under_way_mask, std::memory_order_relaxed) / one_missed;
    add_dropped(here, missed, home.tally());
}

void queue_core::add_missed(unsigned worker, worker_counters& to) const noexcept {
    const queue_lane& there = lanes_[worker];
    add_dropped(there, there.under_way.load(std::memory_order_relaxed) / one_missed, to);
}

queue_counters queue_core::counters() const noexcept {
    queue_counters sum;
    const auto add = [&sum](const queue_tally& one) {
        const auto read = [](const std::atomic<std::uint64_t>& count) {
            return count.load(std::memory_order_relaxed);
        };
        sum.published += read(one.published);
        sum.refused += read(one.refused);
        sum.sent += read(one.sent);
        sum.handed_out += read(one.handed_out);
        sum.dropped += read(one.dropped);
        sum.stopped += read(one.stopped);
        sum.deliveries += read(one.deliveries);
    };
    add(foreign_);
    for (unsigned i = 0; i < workers_; ++i) {
        add(lanes_[i].tally);
    }
    return sum;
}

publication::publication(queue_core& queue, worker_loop* here, std::size_t parcels) noexcept
    : queue_{queue}, here_{here}, left_{queue.subscribed()} {
    const std::uint64_t full = here == nullptr ? 0 : without_room(left_, parcels);
    if (queue.options().when_full == overflow::refuse) {
        taken_ = full == 0 && reserve(left_);
        left_ = taken_ ? left_ : 0;
        return;
    }
    for (std::uint64_t each = left_; each != 0; each &= each - 1) {
        queue_lane& lane = queue.lane(first_of(each));
        const std::uint64_t bit = each & (~each + 1);
        if ((full & bit) == 0 && take_place(lane)) {
            reserved_ |= bit;
        } else {
            miss(lane);
            left_ &= ~bit;
        }
    }
}

publication::~publication() {
    for (; reserved_ != 0; reserved_ &= reserved_ - 1) {
        queue_.lane(first_of(reserved_)).under_way.fetch_sub(1, std::memory_order_relaxed);
    }
    count();
}

// A place with each of them, or with none.
bool publication::reserve(std::uint64_t whom) noexcept {
    if (!queue_.counts()) {
        return true;
    }
    for (; whom != 0; whom &= whom - 1) {
        if (!take_place(queue_.lane(first_of(whom)))) {
            return false; // the destructor gives back what there is
        }
        reserved_ |= whom & (~whom + 1);
    }
    return true;
}

bool publication::take_place(queue_lane& lane) noexcept {
    std::uint64_t seen = lane.under_way.load(std::memory_order_relaxed);
    const bool bounded = queue_.options().when_full != overflow::drop_oldest;
    do {
        if (bounded && (seen & queue_core::under_way_mask) >= queue_.limit()) {
            return false;
        }
        // relaxed: a count; the event itself goes by the mail.
    } while (!lane.under_way.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed));
    return true;
}

void publication::miss(queue_lane& lane) noexcept {
    lane.under_way.fetch_add(queue_core::one_missed, std::memory_order_relaxed);
    ++missed_;
}

std::uint64_t publication::without_room(std::uint64_t whom, std::size_t parcels) const noexcept {
    std::uint64_t full = 0;
    for (; whom != 0; whom &= whom - 1) {
        const worker_loop& there = *queue_.lane(first_of(whom)).home;
        if (here_->room_to(there.handle()) < (&there == here_ ? 1 : parcels)) {
            full |= whom & (~whom + 1);
        }
    }
    return full;
}

worker_loop* publication::next() noexcept {
    return left_ == 0 ? nullptr : queue_.lane(first_of(left_)).home;
}

void publication::sent(bool taken) noexcept {
    const std::uint64_t bit = left_ & (~left_ + 1);
    left_ &= ~bit;
    if (taken) {
        ++sent_;
        reserved_ &= ~bit;
    } else if (queue_.options().when_full == overflow::refuse) {
        taken_ = false; // a door was full: only who has seen that others have room can avoid it
    } else {
        miss(queue_.lane(first_of(bit)));
    }
}

void publication::count() noexcept {
    if (here_ != nullptr) {
        queue_tally& own = queue_.lane(here_->index()).tally;
        queue_tally::add(taken_ ? own.published : own.refused, 1);
        queue_tally::add(own.sent, sent_ + missed_);
        queue_tally::add(own.dropped, missed_);
        here_->tally().events_refused += taken_ ? 0 : 1;
        return;
    }
    queue_tally& all = queue_.foreign_tally();
    // relaxed: counts.
    (taken_ ? all.published : all.refused).fetch_add(1, std::memory_order_relaxed);
    all.sent.fetch_add(sent_ + missed_, std::memory_order_relaxed);
    all.dropped.fetch_add(missed_, std::memory_order_relaxed);
}

} // namespace iapp

#include <iapp/actors/queue_hub.hpp>

#include <iapp/actors/event_queue.hpp>
#include <iapp/actors/worker.hpp>

#include <algorithm>
#include <utility>

namespace iapp {

namespace {

void tell_nobody(void* worker, const void*) noexcept {
    static_cast<worker_loop*>(worker)->queues().tell_nobody();
}

} // namespace

// From first to last of those who are told of something, whose number it counts.
class queue_hub::walk {
  public:
    walk(queue_hub& through, std::size_t targets) noexcept : hub_{through}, targets_{targets} {
        hub_.walking_ = true;
    }

    ~walk() {
        worker_counters& all = hub_.home_.tally();
        const std::uint64_t told = targets_ - hub_.home_.queues().take_untold();
        queue_tally::add(hub_.queue_.lane(hub_.home_.index()).tally.deliveries, told);
        all.sent += told;
        all.delivered += told;
        hub_.walking_ = false;
        hub_.end_walk();
    }

    walk(const walk&) = delete;
    walk& operator=(const walk&) = delete;

  private:
    queue_hub& hub_;
    std::size_t targets_;
};

queue_hub::target& queue_hub::at(std::uint32_t place) noexcept {
    return place < targets_.size() ? targets_[place] : coming_[place - targets_.size()];
}

void queue_hub::add(queue_subscriber& one, void* who, tell_function tell) {
    queue_.count_missed(home_);
    one.place = static_cast<std::uint32_t>(owners_.size());
    one.number = next_number_++;
    owners_.push_back(&one);
    (walking_ ? coming_ : targets_).push_back({who, tell});
    if (++subscribers_ == 1) {
        queue_.set_subscribed(home_.index(), true);
    }
    if (latest() != nullptr) {
        one.replay_due = true;
        due_.push_back(&one);
    }
}

void queue_hub::remove(queue_subscriber& one) noexcept {
    queue_.count_missed(home_);
    if (one.replay_due) {
        *std::find(due_.begin(), due_.end(), &one) = nullptr;
    }
    leave(one.place);
    if (--subscribers_ == 0) {
        queue_.set_subscribed(home_.index(), false);
    }
    if (one.destroy == nullptr) {
        return;
    }
    if (walking_) {
        leaving_.push_back(&one); // it may be the one that runs
    } else {
        one.destroy(one);
    }
}

void queue_hub::leave(std::uint32_t place) noexcept {
    if (walking_) {
        owners_[place] = nullptr;
        at(place) = {&home_, &tell_nobody};
        return;
    }
    owners_[place] = owners_.back();
    owners_[place]->place = place;
    targets_[place] = targets_.back();
    owners_.pop_back();
    targets_.pop_back();
}

void queue_hub::end_walk() noexcept {
    targets_.insert(targets_.end(), coming_.begin(), coming_.end());
    coming_.clear();
    if (subscribers_ == targets_.size()) {
        return; // no holes
    }
    std::uint32_t kept = 0;
    for (std::size_t i = 0; i < owners_.size(); ++i) {
        if (owners_[i] != nullptr) {
            owners_[i]->place = kept;
            owners_[kept] = owners_[i];
            targets_[kept++] = targets_[i];
        }
    }
    owners_.resize(kept);
    targets_.resize(kept);
    for (queue_subscriber* each : std::exchange(leaving_, {})) {
        each->destroy(*each);
    }
}

void queue_hub::remove_callback(std::uint64_t number) noexcept {
    const auto found = std::find_if(owners_.begin(), owners_.end(), [=](queue_subscriber* each) {
        return each != nullptr && each->number == number;
    });
    if (found != owners_.end()) {
        remove(**found);
    }
}

void queue_hub::remove_callbacks() noexcept {
    while (!owners_.empty()) {
        IAPP_CHECK(owners_.back()->destroy != nullptr, "a worker's actors end before its queues");
        remove(*owners_.back());
    }
}

void queue_hub::add_missed(worker_counters& to) const noexcept {
    queue_.add_missed(home_.index(), to);
}

void queue_hub::hand_out(const void* event) noexcept {
    queue_tally::add(queue_.lane(home_.index()).tally.handed_out, 1);
    ++home_.tally().events;
    const walk walking{*this, targets_.size()};
    for (const target& one : targets_) {
        one.tell(one.who, event);
    }
}

void queue_hub::replay() noexcept {
    const std::size_t count =
        due_.size(); // who comes meanwhile has a replay of its own to wait for
    if (count == 0) {
        return;
    }
    {
        const walk walking{*this, count};
        for (std::size_t i = 0; i < count; ++i) {
            if (queue_subscriber* const one = std::exchange(due_[i], nullptr)) {
                one->replay_due = false;
                const target& to = at(one->place);
                to.tell(to.who, latest());
            } else {
                home_.queues().tell_nobody();
            }
        }
    }
    due_.erase(due_.begin(), due_.begin() + static_cast<std::ptrdiff_t>(count));
}

void queue_hub::forget_due() noexcept {
    for (queue_subscriber* each : due_) {
        if (each != nullptr) {
            each->replay_due = false;
        }
    }
    due_.clear();
}

void queue_hubs::tell_stopped(worker_loop& home) noexcept {
    ++untold_;
    home.count_sent();
    home.count_dead(dead_letter::stale);
}

void actor_subscription::ended(attachment& self, exit_reason) noexcept {
    static_cast<actor_subscription&>(self).leave();
}

void actor_subscription::leave() noexcept {
    if (handle != nullptr) {
        handle->record_ = nullptr;
    }
    worker_loop& home = hub.home();
    hub.remove(*this);
    home.memory().destroy(this);
}

} // namespace iapp

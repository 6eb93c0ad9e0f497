#include <iapp/actors/queue_hub.hpp>

#include <iapp/actors/event_queue.hpp>
#include <iapp/actors/worker.hpp>

#include <algorithm>
#include <utility>

namespace iapp {

namespace {

unsigned tell_nobody(void*, const void*) {
    return 0;
}

} // namespace

class queue_hub::walk {
  public:
    explicit walk(queue_hub& through) noexcept : hub_{through} { hub_.walking_ = true; }

    ~walk() {
        hub_.walking_ = false;
        if (hub_.subscribers_ != hub_.targets_.size()) {
            hub_.close_holes();
        }
    }

    walk(const walk&) = delete;
    walk& operator=(const walk&) = delete;

  private:
    queue_hub& hub_;
};

void queue_hub::add(queue_subscriber& one, void* who, tell_function tell) {
    queue_.count_missed(home_);
    one.place = static_cast<std::uint32_t>(targets_.size());
    one.number = next_number_++;
    owners_.push_back(&one);
    targets_.push_back({who, tell});
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
        targets_[place] = {nullptr, &tell_nobody};
        return;
    }
    owners_[place] = owners_.back();
    owners_[place]->place = place;
    targets_[place] = targets_.back();
    owners_.pop_back();
    targets_.pop_back();
}

void queue_hub::close_holes() noexcept {
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

void queue_hub::hand_out(const void* event) noexcept {
    std::uint64_t told = 0;
    {
        const walk walking{*this};
        const std::size_t count = targets_.size(); // who comes meanwhile is behind it
        for (std::size_t i = 0; i < count; ++i) {
            const target& one = targets_[i];
            told += one.tell(one.who, event);
        }
    }
    queue_tally::add(queue_.lane(home_.index()).tally.handed_out, 1);
    ++home_.tally().events;
    count_told(told);
}

void queue_hub::replay() noexcept {
    const std::size_t count =
        due_.size(); // who comes meanwhile has a replay of its own to wait for
    if (count == 0) {
        return;
    }
    std::uint64_t told = 0;
    {
        const walk walking{*this};
        for (std::size_t i = 0; i < count; ++i) {
            if (queue_subscriber* const one = std::exchange(due_[i], nullptr)) {
                one->replay_due = false;
                const target& to = targets_[one->place];
                told += to.tell(to.who, latest());
            }
        }
    }
    due_.erase(due_.begin(), due_.begin() + static_cast<std::ptrdiff_t>(count));
    count_told(told);
}

void queue_hub::forget_due() noexcept {
    for (queue_subscriber* each : due_) {
        if (each != nullptr) {
            each->replay_due = false;
        }
    }
    due_.clear();
}

void queue_hub::count_told(std::uint64_t told) noexcept {
    queue_tally::add(queue_.lane(home_.index()).tally.deliveries, told);
    home_.tally().sent += told;
    home_.tally().delivered += told;
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

#include <iapp/actors/awaited_stop.hpp>

#include <iapp/actors/system.hpp>

namespace iapp {

namespace {

struct end_observer final : attachment {
    end_observer(worker_loop& home_, std::shared_ptr<reply_slot<exit_reason>> slot_) noexcept
        : attachment{&ended}, home{home_}, slot{std::move(slot_)} {}

    static void ended(attachment& self, exit_reason why) noexcept {
        auto& mine = static_cast<end_observer&>(self);
        mine.slot->answer(why);
        mine.home.memory().destroy(&mine);
    }

    worker_loop& home;
    std::shared_ptr<reply_slot<exit_reason>> slot;
};

} // namespace

void awaited_stop::run(void* worker, std::uint64_t to, void* payload, fate what) {
    auto& home = *static_cast<worker_loop*>(worker);
    auto& self = *static_cast<awaited_stop*>(payload);
    const slot_id who = slot_id::from_word(to);
    if (what == fate::discard) {
        self.slot->answer(std::nullopt);
    } else if (home.unborn(who)) {
        home.keep_until_born(to, std::move(self));
    } else if (cell* const actor = home.find(who)) {
        actor->attached.push_back(*home.memory().make<end_observer>(home, std::move(self.slot)));
        home.obey(who, self.order);
    } else {
        self.slot->answer(exit_reason::stopped);
    }
}

result<void> system::stop(const actor_id& whom, std::chrono::nanoseconds deadline) {
    IAPP_CHECK(worker_loop::current() == nullptr, "a worker must not wait for a worker");
    if (!whom || stopped_) {
        return {};
    }
    auto slot = std::make_shared<reply_slot<exit_reason>>();
    const result<exit_reason> ended = await_reply<awaited_stop, exit_reason>(
        whom.home, whom.slot.to_word(), {{.within = deadline}, slot}, *slot, deadline);
    if (!ended && ended.error() == std::errc::timed_out) {
        kill(whom);
    }
    if (ended && *ended == exit_reason::killed) {
        return std::errc::timed_out;
    }
    return ended.error();
}

void system::kill(const actor_id& whom) {
    send_kill(whom);
}

} // namespace iapp

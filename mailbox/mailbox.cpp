#include <iapp/mailbox/mailbox.hpp>

#include <iapp/mailbox/check.hpp>

#include <utility>

namespace iapp {

mailbox::mailbox(unsigned self, mail_mesh mesh, memory_home& home, std::size_t outbox_limit)
    : self_{self}, own_{*mesh[self]}, mesh_{mesh}, home_{home}, chains_(mesh.size()) {
    outboxes_.reserve(mesh.size());
    for (std::size_t i = 0; i < mesh.size(); ++i) {
        outboxes_.emplace_back(outbox_limit);
    }
}

mailbox::~mailbox() {
    for (const outbox& out : outboxes_) {
        IAPP_CHECK(out.empty(), "what was sent is delivered or discarded before the end");
    }
}

void mailbox::flush(bells when) {
    for (std::uint64_t left = unflushed_ & ~waiting_; left != 0; left &= left - 1) {
        flush_one(static_cast<unsigned>(std::countr_zero(left)), when);
    }
}

void mailbox::ring_owed() {
    for (; owed_ != 0; owed_ &= owed_ - 1) {
        port& there = *mesh_[static_cast<std::size_t>(std::countr_zero(owed_))];
        const bool wake =
            outbox::ring_owed(there.ring_of(self_), there.bell(), doorbell::worker_bit(self_));
        ++(there.wake_if(wake) ? counters_.wakes_sent : counters_.wakes_saved);
    }
}

void mailbox::flush_one(unsigned to, bells when) {
    port& there = *mesh_[to];
    const flush_result done =
        outboxes_[to].flush(there.ring_of(self_), there.bell(), doorbell::worker_bit(self_), when);
    counters_.sent_away += done.pushed;
    counters_.batches += done.pushed > 0 ? 1 : 0;
    if (done.owed) {
        owed_ |= doorbell::worker_bit(to);
    } else {
        ++(there.wake_if(done.wake) ? counters_.wakes_sent : counters_.wakes_saved);
    }
    if (done.waiting) {
        ++counters_.rings_full;
        waiting_ |= doorbell::worker_bit(to);
    } else {
        unflushed_ &= ~doorbell::worker_bit(to);
    }
}

bool mailbox::collect() noexcept {
    if (collect_next_ == collect_step::skip) {
        collect_next_ = collect_step::owed;
        return false;
    }
    if (std::exchange(collect_next_, collect_step::take) == collect_step::pass) {
        return false;
    }
    home_.take_returned();
    const std::uint64_t rung = own_.bell().collect();
    if (rung == 0) {
        return false;
    }
    door_left_ = door_left_ || (rung & doorbell::foreign) != 0;
    rings_left_ |= rung & ~doorbell::foreign;
    waiting_ &= ~rung; // they have sent something or made room
    return true;
}

void mailbox::offer_room() noexcept {
    for (std::uint64_t left = own_.bell().take_stalled(); left != 0; left &= left - 1) {
        port& there = *mesh_[static_cast<std::size_t>(std::countr_zero(left))];
        there.wake_if(there.bell().ring(doorbell::worker_bit(self_)));
    }
}

void mailbox::release_elsewhere(envelope* e) noexcept {
    if (e->home == nullptr) {
        ::operator delete(e);
        return;
    }
    const unsigned owner = e->home->worker();
    chain& to = chains_[owner];
    e->next = to.first;
    to = {e, to.first == nullptr ? e : to.last, e->home};
    homeward_ |= doorbell::worker_bit(owner);
    ++counters_.blocks_home;
}

void mailbox::send_home() noexcept {
    for (; homeward_ != 0; homeward_ &= homeward_ - 1) {
        const chain home =
            std::exchange(chains_[static_cast<std::size_t>(std::countr_zero(homeward_))], {});
        home.home->return_chain(home.first, home.last);
    }
}

} // namespace iapp

#include <iapp/actors/bonds.hpp>

#include <iapp/actors/worker.hpp>

namespace iapp {

namespace {

// What two workers tell each other about a bond; `to` is the record.
template <class M>
void send_about(bond& which, worker_loop& receiver, M message) {
    const auto record = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(&which));
    worker_loop::send(receiver, record, self_running_type<M>, std::move(message),
                      delivery::reserved);
}

bond& bond_of(std::uint64_t record) noexcept {
    return *reinterpret_cast<bond*>(static_cast<std::uintptr_t>(record));
}

} // namespace

// To the other's worker: binds.
struct bond_table::request {
    static void run(void* worker, std::uint64_t record, void* payload, fate what) {
        const slot_id other = static_cast<request*>(payload)->other;
        static_cast<worker_loop*>(worker)->bonds().begin(bond_of(record), other, what);
    }

    slot_id other;
};

// To the other's worker: makes him, and binds.
struct bond_table::birth {
    static void run(void* worker, std::uint64_t record, void* payload, fate what) {
        const actor_maker& how = *static_cast<birth*>(payload)->how;
        static_cast<worker_loop*>(worker)->bonds().give_birth(bond_of(record), how, what);
    }

    std::shared_ptr<const actor_maker> how;
};

// To the holder's worker: the other has been made.
struct bond_table::birth_notice {
    static void run(void*, std::uint64_t record, void* payload, fate) {
        bond& which = bond_of(record);
        which.home.bonds().hear_of_birth(which, static_cast<birth_notice*>(payload)->child);
    }

    slot_id child;
};

// To the other's worker: the holder has ended or lets go.
struct bond_table::release {
    static void run(void* worker, std::uint64_t record, void* payload, fate) {
        const exit_reason why = static_cast<release*>(payload)->why;
        static_cast<worker_loop*>(worker)->bonds().released(bond_of(record), why);
    }

    exit_reason why;
};

// To the holder's worker: the other has ended, or has been let go.
struct bond_table::answer {
    static void run(void*, std::uint64_t record, void* payload, fate) {
        const answer& self = *static_cast<answer*>(payload);
        bond& which = bond_of(record);
        which.home.bonds().answered(which, self.why, self.answers);
    }

    exit_reason why;
    std::uint8_t answers; // to one message or to both
};

// The same when it has its turn in the holder's mailbox.
struct bond_table::news {
    static void run(void*, std::uint64_t, void* payload, fate) {
        const news& self = *static_cast<news*>(payload);
        self.of->home.bonds().told(*self.of, self.what.why, self.what.answers);
    }

    bond* of; // owed an answer, so it is still there
    answer what;
};

// To one who was linked by another, in his mailbox: that one has ended.
struct bond_table::link_news {
    static void run(void* worker, std::uint64_t whom, void* payload, fate) {
        const link_news& self = *static_cast<link_news*>(payload);
        static_cast<worker_loop*>(worker)->bonds().hear_of_link(slot_id::from_word(whom), self.who,
                                                                self.why);
    }

    actor_id who;
    exit_reason why;
};

bond::bond(cell& holder_, actor_id other_, bond_kind kind_) noexcept
    : home{holder_.home}, holder{&holder_.home, holder_.id}, other{other_}, kind{kind_},
      near{&bond_table::holder_ended, *this}, far{&bond_table::other_ended, *this} {}

result<slot_id> bond_table::bind(cell& holder, actor_id other, bond_kind kind) {
    if (!other || other == actor_id{&home_, holder.id}) {
        return std::errc::invalid_argument;
    }
    if (!home_.handle().same_system(other.home)) {
        return std::errc::operation_not_supported;
    }
    const result<bond*> made = make(holder, other, kind);
    if (!made) {
        return made.error();
    }
    bond& which = **made;
    if (other.home == home_.handle()) {
        begin(which, other.slot, fate::deliver);
    } else {
        send_about(which, *other.home, request{other.slot});
    }
    return which.id;
}

result<slot_id> bond_table::start(cell& holder, worker_loop& there,
                                  std::shared_ptr<const actor_maker> how) {
    const result<bond*> made = make(holder, {&there, {}}, bond_kind::child);
    if (!made) {
        return made.error();
    }
    bond& which = **made;
    which.owed = 2;
    send_about(which, there, birth{std::move(how)});
    return which.id;
}

result<bond*> bond_table::make(cell& holder, actor_id other, bond_kind kind) {
    slot_id id;
    table_.recycle();
    bond* const made = table_.create(id, holder, other, kind);
    if (made == nullptr) {
        return std::errc::no_buffer_space;
    }
    made->id = id;
    holder.attached.push_back(made->near);
    return made;
}

void bond_table::let_go(const cell& holder, slot_id which) noexcept {
    bond* const found = table_.find(which);
    if (found != nullptr && found->holder.slot == holder.id && found->near.is_linked()) {
        found->near.unlink();
        let_go(*found, exit_reason::stopped);
    }
}

void bond_table::holder_ended(attachment& near, exit_reason why) noexcept {
    bond& which = static_cast<bond::half&>(near).whole;
    which.home.bonds().let_go(which, why);
}

void bond_table::let_go(bond& which, exit_reason why) noexcept {
    const bool same_worker = which.other.home == home_.handle();
    if (same_worker && which.kind == bond_kind::monitor && which.state == bond::far_state::bound) {
        table_.destroy(which.id);
        return;
    }
    ++which.owed;
    send_about(which, *which.other.home, release{why});
}

void bond_table::begin(bond& which, slot_id other, fate what) noexcept {
    const bool wanted = what == fate::deliver && which.state == bond::far_state::asked;
    cell* const actor = wanted ? home_.find(other) : nullptr;
    if (actor != nullptr) {
        bind_far(which, *actor);
    } else if (wanted && home_.unborn(other)) {
        which.state = bond::far_state::early;
        early_.push_back(which.far);
    } else {
        which.state = bond::far_state::answered;
        const bool failed = wanted && home_.grants().stillborn(other);
        const exit_reason why = failed ? exit_reason::failed : exit_reason::gone;
        send_about(which, which.home, answer{why, 1});
    }
}

// Those who asked before the actor had come from another worker ask again.
void bond_table::arrived(slot_id who) noexcept {
    for (auto each = early_.begin(); each != early_.end();) {
        bond& which = static_cast<bond::half&>(*each).whole;
        if (which.other.slot == who) {
            each = early_.erase(each);
            which.state = bond::far_state::asked;
            begin(which, who, fate::deliver);
        } else {
            ++each;
        }
    }
}

void bond_table::hear_inherited(slot_id who) noexcept {
    for (std::size_t i = inherited_.size(); i-- > 0;) {
        if (inherited_[i].heir == who) {
            hear_of_link(who, inherited_[i].from, inherited_[i].why);
            inherited_.erase(inherited_.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
}

void bond_table::bind_far(bond& which, cell& other) noexcept {
    which.state = bond::far_state::bound;
    which.bound_to = &other;
    other.attached.push_back(which.far);
}

void bond_table::give_birth(bond& which, const actor_maker& how, fate what) noexcept {
    const bool wanted = what == fate::deliver && which.state == bond::far_state::asked;
    cell* child = nullptr;
    if (wanted) {
        guarded([&] { child = how(home_); },
                [&](const char* why) { home_.report_failed_construction("a child", why); });
    }
    if (child == nullptr) {
        which.state = bond::far_state::answered;
        send_about(which, which.home, answer{exit_reason::failed, 2});
        return;
    }
    bind_far(which, *child);
    if (cell* const parent = &which.home == &home_ ? home_.find(which.holder.slot) : nullptr) {
        parent->adopt(*child);
    }
    send_about(which, which.home, birth_notice{child->id});
}

void bond_table::hear_of_birth(bond& which, slot_id child) noexcept {
    which.other.slot = child;
    if (which.near.is_linked()) {
        born message{which.id, which.other};
        home_.count_sent();
        home_.deliver(which.holder.slot, key_of<born>(), &message, nullptr);
    }
    settle(which, 1);
}

void bond_table::settle(bond& which, unsigned answers) noexcept {
    which.owed -= answers;
    if (which.owed == 0) {
        table_.destroy(which.id);
    }
}

void bond_table::released(bond& which, exit_reason why) noexcept {
    std::uint8_t answers = 1;
    if (which.state == bond::far_state::asked) {
        which.state = bond::far_state::let_go; // it came before the request
    } else if (which.far.is_linked()) {
        const bool bound = which.state == bond::far_state::bound;
        which.state = bond::far_state::answered;
        which.far.unlink();
        answers = 2;
        if (!bound && which.kind == bond_kind::link && !in_order(why)) {
            inherited_.push_back({which.other.slot, which.holder, why});
        } else if (which.kind == bond_kind::link) {
            const link_news tidings{which.holder, why};
            if (!home_.queue_behind(which.other.slot, tidings)) {
                hear_of_link(which.other.slot, which.holder, why);
            }
        } else if (which.kind == bond_kind::child) {
            end_soon(*which.bound_to, for_children(why));
        }
    }
    send_about(which, which.home, answer{why, answers});
}

void bond_table::other_ended(attachment& far, exit_reason why) noexcept {
    bond& which = static_cast<bond::half&>(far).whole;
    which.state = bond::far_state::answered;
    which.why = why;
    bond_table& own = which.bound_to->home.bonds();
    own.to_tell_.push_back(far);
    if (own.endings_ == 0) {
        own.tell_all(); // its constructor has thrown
    }
}

void bond_table::tell_all() noexcept {
    while (!to_tell_.empty()) {
        bond& which = static_cast<bond::half&>(to_tell_.front()).whole;
        to_tell_.pop_front();
        send_about(which, which.home, answer{which.why, 1}); // may be gone now
    }
}

// The record stays attached while the news waits, so that the holder can still let go.
void bond_table::answered(bond& which, exit_reason why, std::uint8_t answers) noexcept {
    if (!which.near.is_linked() ||
        !home_.queue_behind(which.holder.slot, news{&which, {why, answers}})) {
        told(which, why, answers);
    }
}

void bond_table::told(bond& which, exit_reason why, unsigned answers) noexcept {
    if (which.near.is_linked()) {
        which.near.unlink();
        hear(which, why);
    }
    settle(which, answers);
}

void bond_table::hear(const bond& of, exit_reason why) noexcept {
    if (of.kind == bond_kind::link) {
        hear_of_link(of.holder.slot, of.other, why);
        return;
    }
    down message{of.other, why, {of.id}};
    home_.count_sent();
    home_.deliver(of.holder.slot, key_of<down>(), &message, nullptr);
}

void bond_table::hear_of_link(slot_id whom, actor_id who, exit_reason why) noexcept {
    cell* const actor = home_.find(whom);
    if (actor == nullptr || in_order(why)) {
        return;
    }
    if (actor->type.accepts(key_of<linked_down>())) {
        linked_down message{who, why};
        home_.count_sent();
        home_.deliver(whom, key_of<linked_down>(), &message, nullptr);
    } else {
        end_soon(*actor, why == exit_reason::gone ? exit_reason::failed : why);
    }
}

void bond_table::end_soon(cell& actor, exit_reason why) noexcept {
    if (!actor.stopping) {
        actor.stop(why);
        home_.stop_when_idle(actor);
    }
}

} // namespace iapp

#include <iapp/actors/distant_children.hpp>

#include <iapp/actors/worker.hpp>

namespace iapp {

// To the parent's worker; `to` is the record.
struct distant_children::ended_notice {
    static void run(void* worker, std::uint64_t to, void*, fate) {
        auto& home = *static_cast<worker_loop*>(worker);
        home.distant().forget({&home, slot_id::from_word(to)});
    }
};

struct distant_children::childs_side final : attachment {
    childs_side(worker_loop& home_, const distant_parent& parent_) noexcept
        : attachment{&ended}, home{home_}, parent{parent_} {}

    static void ended(attachment& self, exit_reason why) noexcept {
        auto& mine = static_cast<childs_side&>(self);
        if (why != exit_reason::worker_stopping) {
            tell(mine.parent);
        }
        mine.home.memory().destroy(&mine);
    }

    worker_loop& home;
    distant_parent parent;
};

distant_parent distant_children::add(cell& parent, const actor_id& child) {
    distant_parent of;
    records_.recycle();
    if (record* const made = records_.create(of.record, home_, child)) {
        made->name = of.record;
        parent.attached.push_back(*made);
        of.home = home_.handle();
    }
    return of;
}

void distant_children::forget(const distant_parent& of) noexcept {
    if (records_.find(of.record) != nullptr) {
        records_.destroy(of.record);
    }
}

void distant_children::attach(cell& child, const distant_parent& to) {
    if (to.home) {
        child.attached.push_back(*child.home.memory().make<childs_side>(child.home, to));
    }
}

void distant_children::tell(const distant_parent& parent) {
    if (parent.home) {
        worker_loop::send(parent.home, parent.record.to_word(), self_running_type<ended_notice>,
                          ended_notice{}, delivery::reserved);
    }
}

void distant_children::parent_ended(attachment& self, exit_reason why) noexcept {
    auto& mine = static_cast<record&>(self);
    if (why != exit_reason::worker_stopping) {
        send_stop(mine.child, {.why = for_children(why), .in_good_order = false},
                  delivery::reserved);
    }
    mine.home.distant().records_.destroy(mine.name);
}

} // namespace iapp

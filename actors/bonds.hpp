#pragma once
// bonds: what a worker keeps of who wants to hear of whose end.

#include <iapp/actors/attachment.hpp>
#include <iapp/actors/death.hpp>
#include <iapp/mailbox/message.hpp>
#include <iapp/mailbox/slot_table.hpp>
#include <iapp/reactor/result.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace iapp {

struct cell;
class worker_loop;

// Makes an actor on the worker that calls it; null when that fails.
using actor_maker = std::function<cell*(worker_loop& home)>;

// Tells the holder of a bond to a child that it has been constructed.
struct born {
    slot_id bond;
    actor_id who;
};

enum class bond_kind : std::uint8_t {
    monitor, // the holder hears of the other's end
    link,    // and the other of the holder's
    child,   // the holder hears of the other's end, and his own end stops the other
};

// One actor, the holder, is bound to the end of another one. The record lives in the table of the
// holder's worker. Its `far` half is lent to the worker of the other by the message that asks for
// the bond, and nobody else touches it until that worker has answered; so no worker has to look for
// the other's record, and none is reached after its end:
// - `owed` answers are to come: one for the request, when the other ends or is let go, one for a
//   birth, and one for letting go. The record is freed when none is.
// - The messages between the two workers have reserved places and may overtake each other.
struct bond {
    struct half final : attachment {
        half(end_function on_end, bond& whole_) noexcept : attachment{on_end}, whole{whole_} {}

        bond& whole;
    };

    enum class far_state : std::uint8_t { asked, early, bound, answered, let_go };

    bond(cell& holder_, actor_id other_, bond_kind kind_) noexcept;

    worker_loop& home; // of the holder
    actor_id holder;
    actor_id other;
    bond_kind kind;

    slot_id id;
    half near; // attached to the holder until he ends, lets go or has heard
    unsigned owed = 1;

    half far; // attached to the other from the arrival of the request to his end
    cell* bound_to = nullptr;
    far_state state = far_state::asked;
    exit_reason why = exit_reason::gone;
};

// Worker's thread only, also those that run themselves there.
class bond_table {
  public:
    // At most `limit` at one time, counted where the holders are.
    bond_table(worker_loop& home, std::uint32_t limit) noexcept : home_{home}, table_{limit} {}

    // Binds an actor of this worker to the end of another. Errors: invalid_argument when there is
    // no other, operation_not_supported when he is of another system, no_buffer_space at the limit.
    result<slot_id> bind(cell& holder, actor_id other, bond_kind kind);

    // Makes an actor on a worker of this system as a child of `holder`, who hears by `born` when it
    // has been constructed, and by `down` when that failed or it has ended. His end stops it.
    // Error: no_buffer_space at the limit.
    result<slot_id> start(cell& holder, worker_loop& there, std::shared_ptr<const actor_maker> how);

    // The holder hears nothing any more. Harmless when it is not his or has ended.
    void let_go(const cell& holder, slot_id which) noexcept;

    // An actor whose slot had been given away has been constructed, or has failed to.
    void arrived(slot_id who) noexcept;
    // The same actor has been told all that it was sent before: now it hears of those who were
    // linked with it and have ended meanwhile.
    void hear_inherited(slot_id who) noexcept;

    std::size_t size() const noexcept { return table_.size(); }

    // Around the end of an actor: those who are bound to him hear of it when he has been destroyed.
    class ending {
      public:
        explicit ending(bond_table& of) noexcept : of_{of} { ++of_.endings_; }

        ~ending() {
            if (--of_.endings_ == 0 && !of_.to_tell_.empty()) {
                of_.tell_all();
            }
        }

        ending(const ending&) = delete;
        ending& operator=(const ending&) = delete;

      private:
        bond_table& of_;
    };

  private:
    friend struct bond;
    struct request;
    struct birth;
    struct birth_notice;
    struct release;
    struct answer;
    struct news;
    struct link_news;

    static void holder_ended(attachment& near, exit_reason why) noexcept;
    static void other_ended(attachment& far, exit_reason why) noexcept;

    result<bond*> make(cell& holder, actor_id other, bond_kind kind);
    void let_go(bond& which, exit_reason why) noexcept;
    void give_birth(bond& which, const actor_maker& how, fate what) noexcept;
    void hear_of_birth(bond& which, slot_id child) noexcept;
    void bind_far(bond& which, cell& other) noexcept;
    void begin(bond& which, slot_id other, fate what) noexcept;
    void released(bond& which, exit_reason why) noexcept;
    void answered(bond& which, exit_reason why, std::uint8_t answers) noexcept;
    void told(bond& which, exit_reason why, unsigned answers) noexcept;
    void settle(bond& which, unsigned answers) noexcept;
    void tell_all() noexcept;
    void hear(const bond& of, exit_reason why) noexcept;
    void hear_of_link(slot_id whom, actor_id who, exit_reason why) noexcept;
    void end_soon(cell& actor, exit_reason why) noexcept;

    // One that was linked with an actor on its way here has ended before it came.
    struct inheritance {
        slot_id heir;
        actor_id from;
        exit_reason why;
    };

    worker_loop& home_;
    slot_table<bond> table_;
    std::vector<inheritance> inherited_;
    attachment_list early_;   // far halves that ask for actors on their way from other workers
    attachment_list to_tell_; // far halves of actors that are ending
    unsigned endings_ = 0;
};

} // namespace iapp

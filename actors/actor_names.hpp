#pragma once
// actor_names: which actor goes by which name, as one worker of a system knows it.

#include <iapp/actors/actor_id.hpp>
#include <iapp/actors/messages.hpp>
#include <iapp/actors/reply_slot.hpp>
#include <iapp/reactor/result.hpp>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace iapp {

struct actor_type;
struct cell;
class worker_loop;

// Tells a waiting thread what became of a name, once all workers know it: when the last message
// about it has ended.
class name_verdict {
  public:
    explicit name_verdict(std::shared_ptr<reply_slot<bool>> slot) noexcept
        : slot_{std::move(slot)} {}

    ~name_verdict() { slot_->answer(bound); }

    name_verdict(const name_verdict&) = delete;
    name_verdict& operator=(const name_verdict&) = delete;

    bool bound = false; // set by worker 0 before it tells anybody

  private:
    std::shared_ptr<reply_slot<bool>> slot_;
};

// Worker 0 decides who gets a name and tells all, so that looking it up needs no message. A worker
// gives a name to its own actors at once, as far as it knows; when two workers give one at the same
// moment, the one that worker 0 hears of later fails. There are no more names than actors. Worker's
// thread only.
class actor_names {
  public:
    explicit actor_names(worker_loop& home) noexcept : home_{home} {}

    // Who goes by that name; nobody, if this worker knows of none.
    actor_id holder(std::string_view name) const noexcept;

    // Errors: actor_error::no_such_name, and unaccepted when the actor does not accept all of
    // `wanted`.
    result<actor_id> find(std::string_view name, std::span<const message_key> wanted) const;

    // A living actor of this worker is to go by that name, which has no holder yet, until it ends.
    void claim(cell& actor, std::string_view name, std::shared_ptr<name_verdict> verdict = nullptr);

  private:
    struct entry {
        actor_id who;
        const actor_type* type;
    };

    struct claimed;
    struct released;
    struct news;
    struct refused;
    struct tag;

    void decide(claimed& what);
    void release(const std::string& name, const actor_id& who);
    void forget(const std::string& name, const actor_id& who);
    void refuse(const std::string& name, const actor_id& who);
    template <class M>
    void tell(unsigned whom, M message);
    template <class M>
    void tell_all_but(unsigned whom, const M& message);

    worker_loop& home_;
    std::map<std::string, entry, std::less<>> known_;
};

} // namespace iapp

#pragma once
// Credits: how a sender knows that what it sends is taken, and is slowed down by whom it sends to.

#include <iapp/actors/actor_id.hpp>
#include <iapp/actors/messages.hpp>
#include <iapp/mailbox/slot_table.hpp>

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <utility>

namespace iapp {

class worker_loop;
class context;
template <class... Ms>
class credit_line;
template <class Op>
class operation;

namespace detail {

class credit_operation;

} // namespace detail

// Who waits for credits. It may end before it is told, and waits no more then.
struct credit_waiter
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    using function = void (*)(credit_waiter& self, worker_loop& home) noexcept;

    credit_waiter(function on_ready, function on_drop) noexcept : ready{on_ready}, drop{on_drop} {}

    function ready; // there are credits; called by the worker between two handlers
    function drop;  // the line ends first; called from within that
};

// The books of one line, in its sender's worker.
struct credit_account {
    std::uint32_t limit;
    std::uint32_t available;
    std::uint64_t lost = 0;
    bool asked = false; // a message waits
    boost::intrusive::list<credit_waiter, boost::intrusive::constant_time_size<false>> waiters{};
};

// All lines of one worker.
class credit_accounts {
  public:
    explicit credit_accounts(std::uint32_t limit) : accounts_{limit} {}

    // Empty at the limit.
    slot_id open(std::uint32_t credits) {
        slot_id id;
        accounts_.create(id, credit_account{.limit = credits, .available = credits});
        return id;
    }

    credit_account* find(slot_id id) noexcept { return accounts_.find(id); }

    void close(slot_id id, worker_loop& home) noexcept;
    // Credits come back; for a line that has ended they go nowhere.
    void give_back(slot_id id, std::uint32_t credits, std::uint32_t lost,
                   worker_loop& home) noexcept;
    // Tells `waiter` when there are credits, which may be now, with this worker's next message.
    void wait(slot_id id, credit_waiter& waiter, worker_loop& home) noexcept;
    // Those who wait, the first first, as long as there are credits.
    void tell_waiters(slot_id id, worker_loop& home) noexcept;

  private:
    slot_table<credit_account> accounts_;
};

// What the type of a line's messages does not matter for.
class credit_line_base {
  public:
    credit_line_base() noexcept = default;

    credit_line_base(credit_line_base&& other) noexcept
        : home_{std::exchange(other.home_, nullptr)}, account_{other.account_}, to_{other.to_} {}

    credit_line_base& operator=(credit_line_base&& other) noexcept {
        std::swap(home_, other.home_);
        std::swap(account_, other.account_);
        std::swap(to_, other.to_);
        return *this;
    }

    ~credit_line_base();

    // False: the line is empty, because the ref was, or credit_lines_max was reached.
    explicit operator bool() const noexcept { return home_ != nullptr; }

    // How many messages may be sent now.
    std::uint32_t available() const noexcept;
    // How many were sent and have not been handled.
    std::uint32_t outstanding() const noexcept;
    // How many of those that were sent ended as dead letters, since nobody was there to handle
    // them; their credits are back.
    std::uint64_t lost() const noexcept;

    // For tasks: `co_await line.when_available()` goes on when there are credits, at once if there
    // are some that nobody else waits for; try_send() then sends. Tasks may wait side by side: who
    // came first is told first, and the next one only if there are credits still. Fails with
    // not_connected when the line is empty, or ends. See task_credit.hpp.
    operation<detail::credit_operation> when_available() noexcept;

  protected:
    friend class detail::credit_operation;

    credit_line_base(worker_loop& home, slot_id account, actor_id to) noexcept
        : home_{&home}, account_{account}, to_{to} {}

    credit_account* account() const noexcept;
    // Tells `waiter` once, at the earliest with the next message of this worker.
    void wait(credit_waiter& waiter);

    worker_loop* home_ = nullptr;
    slot_id account_;
    actor_id to_;
};

// At most n messages of an actor are on their way to another one, or wait there. A message takes a
// credit when it is sent and brings it back when it has been handled - or later, when its receiver
// says so: one that writes to a socket calls cx.withhold_credits() while the socket is full, and
// cx.grant_credits() when it has drained, and so stops whoever feeds it. The credit is the place of
// the message: it is never refused, neither by outboxes nor by a limit of its receiver's mailbox;
// what bounds them are the credits. Keep the line in the actor that made it; it ends with it, and
// what is under way arrives all the same. Worker's thread only.
template <class... Ms>
class credit_line : public credit_line_base {
  public:
    credit_line() noexcept = default;

    // False: there is no credit, and the message was not sent (nor counted).
    template <class M>
    bool try_send(M message);

    using credit_line_base::when_available;

    // Sends `message` to the actor that owns the line, once, when there are credits: with the next
    // turn if there are some now. It asks once at a time (checked).
    template <class M>
    void when_available(context& owner, M message);

  private:
    friend class context;
    using credit_line_base::credit_line_base;
};

} // namespace iapp

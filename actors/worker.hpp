#pragma once
// worker_loop: one worker - its mail, its actors, its reactor - as a function turn().

#include <iapp/actors/actor_names.hpp>
#include <iapp/actors/actor_queue.hpp>
#include <iapp/actors/actor_type.hpp>
#include <iapp/actors/ask_table.hpp>
#include <iapp/actors/bonds.hpp>
#include <iapp/actors/cell.hpp>
#include <iapp/actors/credit.hpp>
#include <iapp/actors/dead_letter_note.hpp>
#include <iapp/actors/distant_children.hpp>
#include <iapp/actors/idle_policy.hpp>
#include <iapp/actors/post.hpp>
#include <iapp/actors/queue_hub.hpp>
#include <iapp/actors/queue_registry.hpp>
#include <iapp/actors/running_note.hpp>
#include <iapp/actors/slot_grants.hpp>
#include <iapp/actors/spawn_options.hpp>
#include <iapp/actors/statistics.hpp>
#include <iapp/actors/stop_order.hpp>
#include <iapp/actors/worker_handle.hpp>
#include <iapp/mailbox/envelope_queue.hpp>
#include <iapp/mailbox/mailbox.hpp>
#include <iapp/mailbox/memory_home.hpp>
#include <iapp/mailbox/memory_pool.hpp>
#include <iapp/reactor/os/stack_probe.hpp>
#include <iapp/reactor/reactor.hpp>
#include <iapp/reactor/signal_source.hpp>

#include <atomic>
#include <boost/intrusive/list.hpp>
#include <memory>
#include <string>
#include <vector>

namespace iapp {

class offload_pool;
class worker_loop;
struct birth_terms;
struct offload_job;

// What workers can ask of their system.
class system_control {
  public:
    // Any thread: system::wait() returns with this status; the first call counts.
    virtual void request_stop(int exit_status) noexcept = 0;
    // The worker of that index, which must exist (checked).
    virtual worker_loop& at(worker which) = 0;

    queue_registry& queues() noexcept { return queues_; }

    // Threads for work that blocks; null when there are none. Any worker.
    virtual offload_pool* offloads() noexcept { return nullptr; }

  protected:
    ~system_control() = default;

  private:
    queue_registry queues_;
};

struct worker_limits {
    // Beyond it spawn gives an empty ref. Slots that are granted to other workers (slot_grants.hpp)
    // count, and so many children may an actor's worker have on others.
    std::uint32_t actors_max = 1U << 20;
    std::size_t local_messages_max = 1U << 20; // between actors of this worker; beyond: refused
    // From this worker to one other, beyond what the ring to it holds; then they are refused. One
    // with more than 16 bytes that travels by value counts twice, here and in the ring.
    std::size_t outbox_messages_max = 1U << 12;
    std::size_t ring_messages_max = 512;
    std::size_t foreign_messages_max = 1U << 10; // from threads that are no workers; then refused
    std::uint32_t asks_max = 1U << 20;  // requests of this worker without an answer; then refused
    std::uint32_t bonds_max = 1U << 20; // monitors, links, supervised children; then an error
    std::uint16_t tasks_per_actor_max = 1U << 10; // beyond it cx.run() refuses
    std::uint32_t credit_lines_max = 1U << 20;    // of this worker's actors; then empty ones

    constexpr port_limits port() const noexcept {
        return {.ring_slots = ring_messages_max, .door_slots = foreign_messages_max};
    }
};

// What a worker is made of and its place among the others.
struct worker_place {
    unsigned index = 0;
    mail_mesh mesh; // of all workers, this one's port at `index`
    idle_policy idle = {};
    bool processor_free = false;              // the process has a processor for each worker
    dead_letter_function on_dead_letter = {}; // may be empty
    signal_source* signals = &process_signals::instance(); // outlives the worker
};

// Belongs to one thread at a time, which adopts it; only mail() and what the report functions give
// may be used by others. A thread of its own is merely a loop around turn(), and several workers
// can be stepped by one thread.
class worker_loop {
  public:
    worker_loop(const worker_place& place, std::unique_ptr<reactor> io, const worker_limits& limits,
                system_control& system);
    ~worker_loop();
    worker_loop(const worker_loop&) = delete;
    worker_loop& operator=(const worker_loop&) = delete;

    // The worker whose turn() runs in this thread, or null.
    static worker_loop* current() noexcept { return current_; }

    // One turn: messages, timers, I/O, a bounded number of each. Waits for the first of them, but
    // not beyond `deadline` (time_point::max(): for ever; a past one: not at all).
    void turn(time_point deadline);

    // Whether a turn would find something to do at once; what the kernel holds it does not know.
    bool has_work() const noexcept;

    // Whether mail to other workers waits, after a turn for room there.
    bool holds_unsent() const noexcept { return mail_.holds_unsent(); }

    // Turns until ask_to_stop(), then ends all actors and all I/O, however long that takes.
    void run();
    // Any thread: run() ends. Nothing is accepted from other threads any more.
    void ask_to_stop() noexcept;

    // What run() does, for whoever turns a worker by hand. When it was asked to stop: begin_end()
    // ends the actors and begins to close the sockets; then end_turn() as often as it takes, one
    // look at I/O each, which waits as turn() does. True: the worker has ended.
    bool asked_to_stop() const noexcept {
        return stopping_.load(std::memory_order_acquire); // pairs with the release of ask_to_stop()
    }

    void begin_end();
    bool end_turn(time_point deadline);

    // After run() of all workers: waits for other threads that are about to push. From then on what
    // they send is counted by the process. The destructor does it otherwise.
    void close_to_others() noexcept { handle_.anchor().close(); }

    // After run() of all workers, by the thread that joined them: what is left on its way to or
    // from this worker becomes dead letters. True when there was something; ending it may have sent
    // more, so repeat until all workers say false.
    bool discard_mail() noexcept;

    port& mail_port() noexcept { return *place_.mesh[place_.index]; }

    reactor& io() noexcept { return *io_; }

    memory_pool& memory() noexcept { return memory_; }

    unsigned index() const noexcept { return place_.index; }

    // Of its system.
    unsigned workers() const noexcept { return static_cast<unsigned>(place_.mesh.size()); }

    // The name by which others know this worker, also when it has ended.
    worker_handle handle() const noexcept { return handle_; }

    worker_loop& peer(worker which) { return system_.at(which); }

    // Whether both belong to one system, so that rings lead from one to the other.
    bool same_system(const worker_loop& other) const noexcept { return same_system(other.handle_); }

    bool same_system(worker_handle other) const noexcept { return handle_.same_system(other); }

    system_control& control() noexcept { return system_; }

    worker_statistics statistics() const;

    // Actors. Worker's thread only.
    template <actor A, class... Args>
    slot_id spawn(Args&&... args);
    // The same, with a limit on what may wait for it; null when it failed.
    template <actor A, class... Args>
    cell* spawn_cell(const mailbox_options& mailbox, Args&&... args);
    // An actor for another worker that granted a slot for it; a child of `parent` unless that is
    // null. Names nobody when there is no slot now.
    template <actor A, class... Args>
    actor_id spawn_away(unsigned where, cell* parent, const spawn_options& options, Args&&... args);
    // Such an actor arrives.
    template <actor A, class... Args>
    void bear(slot_id id, const birth_terms& terms, Args&&... args);
    // The index of the worker that is meant.
    unsigned choose(const placement& on);

    slot_grants& grants() noexcept { return grants_; }

    distant_children& distant() noexcept { return distant_; }

    actor_names& names() noexcept { return names_; }

    // Whether an actor of that type may have that name, or none; counts and says so if not.
    bool may_be_named(std::string_view actor, std::string_view name) noexcept;

    cell* find(slot_id id) noexcept;
    // Whether the slot was given away and its actor is on the way here.
    bool unborn(slot_id id) noexcept;
    // Keeps what runs itself for an actor that is on the way here, until it has been born.
    template <class Payload>
    void keep_until_born(std::uint64_t to, Payload&& payload);
    // Ends its children and theirs first, then itself, each by its reason `why`.
    void end(cell& actor) noexcept;
    // What stop_order.hpp sends: an order that arrives, or has its turn in the actor's mailbox.
    void obey(slot_id who, const stop_order& order);
    void obey_in_turn(slot_id who, const stop_order& order);
    // Puts the order behind what waits in the mailbox of that actor. False: nothing waits there.
    bool queue_stop(slot_id who, const stop_order& order);
    void kill(slot_id who);
    // Ends a stopping actor with the present turn if none of its handlers is running.
    void stop_when_idle(cell& actor);
    // Both count, and report it (log.hpp).
    void actor_failed(const cell& who, std::string_view message, const char* why) noexcept;
    void report_failed_construction(std::string_view actor, const char* why) noexcept;

    // Whether its mailbox has a limit.
    bool has_queue(slot_id id) noexcept;
    // Runs a payload by its run() behind what waits in the mailbox of that actor; `to` is the actor
    // then. False: nothing waits there.
    template <class Payload>
    bool queue_behind(slot_id id, const Payload& payload);
    // Lets an actor whose mailbox has a limit handle the oldest message of its queue.
    void run_queue(slot_id id) noexcept;

    // Delivers now; counts the message as delivered or as a dead letter. `reply`: see actor_type.
    bool deliver(slot_id to, message_key key, void* message, void* reply) noexcept;
    // The same for one that carries more than the message, or ends undelivered; it counts as sent
    // when it arrives.
    bool deliver_wrapped(std::uint64_t to, message_key key, void* message, void* reply,
                         fate what) noexcept;

    // Sends a payload of that type to the actor, or whatever `to` names, of any worker: by this
    // thread's worker if it has one in the same system, else through the door. False: refused,
    // which one whose place is reserved is only when the receiver's system has ended; or the
    // receiver is nobody. What counts as sent and refused are messages to actors; posts count for
    // themselves.
    template <class Payload>
    static bool send(worker_handle receiver, std::uint64_t to, const message_type& type,
                     Payload&& payload, delivery how = delivery::limited);

    template <class Payload>
    static bool send(const worker_loop& receiver, std::uint64_t to, const message_type& type,
                     Payload&& payload, delivery how = delivery::limited) {
        return send(receiver.handle_, to, type, std::forward<Payload>(payload), how);
    }

    // Sends what runs itself so that it overtakes all that is on its way there. Never refused.
    template <class Payload>
    static void send_urgent(worker_handle receiver, std::uint64_t to, const message_type& type,
                            Payload&& payload);

    // How many messages to that worker would be taken now.
    std::size_t room_to(worker_handle receiver) const noexcept;
    // The message goes to its actor of this worker when the outbox to `receiver` is empty.
    void deliver_when_room(worker_handle receiver, envelope* message);

    memory_home& message_memory() noexcept { return home_; }

    // The subscribers of event queues on this worker.
    queue_hubs& queues() noexcept { return queues_; }

    // What event queues count into.
    worker_counters& tally() noexcept { return counters_; }

    // Posts that have arrived; called by post.hpp. begin_post() is false when it was cancelled or
    // is dropped, and counts.
    bool begin_post(cancel_word& word, fate what) noexcept;
    void post_failed(std::string_view callback, const char* why) noexcept;

    // Offloaded work: submit_offload() counts, offload_over() is called when it has come home.
    std::error_code submit_offload(offload_job& job);
    void offload_over(offload_job& job, fate what) noexcept;

    delayed_posts& delayed() noexcept { return delayed_; }

    ask_table& asks() noexcept { return asks_; }

    bond_table& bonds() noexcept { return bonds_; }

    credit_accounts& credits() noexcept { return credits_; }

    void count_sent() noexcept { ++counters_.sent; }

    // Tasks. Whether the actor may have another one; counts.
    bool admit_task(const cell& actor) noexcept;
    void task_failed(const cell& who, std::string_view task, const char* why) noexcept;

    void count_large_frame() noexcept { ++counters_.task_frames_large; }

    void count_refused() noexcept {
        ++counters_.sent;
        count_dead(dead_letter::refused);
    }

    void count_dead(dead_letter reason) noexcept { ++counters_.dead_letters[index_of(reason)]; }

    // Counts a message to an actor as a dead letter, and tells the observer.
    void bury(worker_handle home, std::uint64_t to, const message_type& type,
              dead_letter why) noexcept;

    // Signals: what the handler noted reaches its actor with the next turn.
    std::error_code subscribe(int number, cell& actor, signal_options options) noexcept;
    void unsubscribe(int number) noexcept;

    // Who is running what at this moment, for the report when a stop is late. Noted by the worker,
    // read by any thread; empty when the worker waits, and at the end of each turn, but not between
    // one handler and the next.
    void note_running(const std::string_view* actor, const std::string_view* message) noexcept {
        running_.set(actor, message);
    }

    running_note& running() noexcept { return running_; }

    // How the watchdog sees where a handler is; of the thread that runs this worker, if any.
    os::stack_probe& stack() noexcept { return stack_; }

    // The watchdog: a handler held this worker for too long.
    void count_stall() noexcept { stalls_.fetch_add(1, std::memory_order_relaxed); }

    // "worker 3 is in on(get) of actor store", for a stop that is late.
    std::string late_report() const;

  private:
    struct signal_subscription {
        int number;
        slot_id actor;
    };

    using actor_list = boost::intrusive::list<cell, boost::intrusive::constant_time_size<false>>;

    // The actor in a slot reserved for it; null, and the slot is free, when its construction
    // failed.
    template <actor A, class... Args>
    cell* construct(slot_id id, cell*& entry, const mailbox_options& mailbox, Args&&... args);
    // After the construction of an actor from another worker; `made` is null when it failed.
    void settle(slot_id id, cell* made, const birth_terms& terms);
    void keep_early(envelope* message) noexcept;
    void deliver_early(slot_id to) noexcept;
    cell* listening(slot_id id) noexcept;

    static bool send_foreign(worker_handle receiver, std::uint64_t to, const message_type& type,
                             auto&& payload, delivery how);
    bool send_local(std::uint64_t to, const message_type& type, auto&& payload, delivery how);
    bool send_local_slowly(std::uint64_t to, const message_type& type, auto&& payload,
                           delivery how);
    bool send_away(unsigned there, std::uint64_t to, const message_type& type, auto&& payload,
                   delivery how);
    void count_outcome(unsigned there, std::uint64_t to, const message_type& type,
                       bool taken) noexcept;
    void bury_refused(unsigned there, std::uint64_t to, const message_type& type) noexcept;
    // Null: that actor's mailbox has no limit. Asked only while there are actors with one.
    actor_queue* queue_of(std::uint64_t to, const message_type& type) noexcept;
    void enqueue(actor_queue& queue, envelope* message, delivery how);
    void schedule(actor_queue& queue, std::uint64_t to);
    bool queue_arrival(parcel& message);
    // For an actor that is about to be made; null for one without a limit.
    actor_queue* begin_queue(const mailbox_options& options);
    void end_queue(actor_queue* queue, slot_id id, exit_reason why) noexcept;

    // Makes a worker the current one for the time of a call.
    class current_scope {
      public:
        explicit current_scope(worker_loop& w) noexcept : before_{std::exchange(current_, &w)} {}

        ~current_scope() { current_ = before_; }

        current_scope(const current_scope&) = delete;
        current_scope& operator=(const current_scope&) = delete;

      private:
        worker_loop* before_;
    };

    void handle_messages();
    void take_mail();
    void run_local();
    bool discard_local() noexcept;
    void send_out();
    bool slept(time_point deadline);
    bool poll_is_due() noexcept;
    void poll(duration timeout);
    bool spin(duration longest);
    void handle(parcel& message, fate what) noexcept;
    void discard(parcel& message) noexcept;
    void handle(envelope* message, fate what) noexcept;
    bool dispatch(std::uint64_t to, const message_type& type, void* payload, fate what) noexcept;
    void handle_foreign(parcel& message, fate what) noexcept;
    void deliver_signals();
    void end_one(cell& actor) noexcept;
    void end_stopped();
    void end_all_actors() noexcept;

    struct room_waiter {
        unsigned receiver;
        envelope* message;
    };

    static inline constinit thread_local worker_loop* current_ = nullptr;

    worker_place place_;
    worker_handle handle_;
    system_control& system_;
    worker_limits limits_;
    memory_pool memory_;
    memory_home home_;
    mailbox mail_;
    idle_spin idle_;
    time_point last_poll_{};
    unsigned turns_unclocked_ = 0;
    std::uint64_t delivered_clocked_ = 0;
    std::unique_ptr<reactor> io_;
    delayed_posts delayed_;
    ask_table asks_;
    bond_table bonds_;
    credit_accounts credits_;
    slot_table<cell*> actors_;
    slot_grants grants_;
    distant_children distant_;
    actor_names names_{*this};
    actor_list in_order_;
    std::vector<signal_subscription> signals_;
    envelope_queue local_;
    envelope_queue early_; // for actors that are on their way from other workers
    unsigned next_round_ = 0;
    bool observing_ = false;
    queue_hubs queues_;
    std::size_t limited_actors_ = 0; // those with a queue of their own
    std::vector<room_waiter> room_waiters_;
    worker_counters counters_;
    std::vector<slot_id> to_end_; // stopped while none of their handlers ran
    std::atomic<bool> stopping_{false};
    std::atomic<std::uint64_t> stalls_{0};
    running_note running_;
    os::stack_probe stack_;
};

inline worker_handle::worker_handle(const worker_loop* of) noexcept
    : anchor_{of == nullptr ? nullptr : &of->handle().anchor()} {}

} // namespace iapp

#include <iapp/actors/actor_dispatch.hpp>
#include <iapp/actors/ask_templates.hpp>
#include <iapp/actors/birth.hpp>
#include <iapp/actors/credit_templates.hpp>
#include <iapp/actors/post_templates.hpp>
#include <iapp/actors/worker_send.hpp>

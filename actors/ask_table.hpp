#pragma once
// ask_table: the requests of one worker that wait for their answers.

#include <iapp/actors/actor_error.hpp>
#include <iapp/actors/attachment.hpp>
#include <iapp/actors/deadline_groups.hpp>
#include <iapp/mailbox/slot_table.hpp>

#include <cstddef>
#include <cstdint>
#include <system_error>

namespace iapp {

struct open_ask;
class ask_table;

// Plain numbers of one worker's requests. asks = answered + timed_out + unanswered + cancelled once
// none is open.
struct ask_counters {
    std::uint64_t asks = 0;
    std::uint64_t answered = 0;
    std::uint64_t timed_out = 0;
    std::uint64_t unanswered = 0; // gone, failed, refused: the asker was told why
    std::uint64_t cancelled = 0;  // by the asker, or by its end
    std::uint64_t late = 0;       // answers that nobody waited for any more
};

// One constant for each kind of asker: an actor with its callback, a task, a thread.
struct asker_type {
    // The end of the ask: `reply` points to the answer, or is null and `why` says the reason (else
    // null). The record is the asker's to close(), before it lets anything else happen.
    void (*complete)(open_ask& ask, void* reply, const std::error_code* why) noexcept;
    // Nobody shall hear of it: ends what `held` holds.
    void (*drop)(open_ask& ask) noexcept;
};

// One request. The asker keeps what it needs in `held`, and attaches it to the actor with which it
// is to end, if nothing else ends it.
struct open_ask final : attachment, grouped_deadline {
    static constexpr std::size_t held_bytes = 48;

    open_ask(ask_table& table_, const asker_type& type_, void* asker_) noexcept
        : attachment{&asker_ended}, table{table_}, type{type_}, asker{asker_} {}

    static void asker_ended(attachment& self, exit_reason why) noexcept;

    template <class T>
    T& holding() noexcept {
        return *std::launder(reinterpret_cast<T*>(held));
    }

    inline void close() noexcept;

    ask_table& table;
    const asker_type& type;
    void* asker;
    slot_id id;
    actor_error fault{}; // when it is not the deadline for which it waits
    alignas(16) std::byte held[held_bytes];
};

// Answers find their request by slot and generation, so one that comes late finds nothing. Belongs
// to its worker.
class ask_table {
  public:
    // More than `limit` requests wait only until the next turn, see refuse().
    ask_table(std::uint32_t limit, timer_wheel& wheel, memory_pool& memory) noexcept
        : limit_{limit}, asks_{UINT32_MAX}, deadlines_{wheel, memory, &time_is_up} {}

    ask_table(const ask_table&) = delete;
    ask_table& operator=(const ask_table&) = delete;

    // A request that is over, with timed_out, at `deadline`. Throws std::bad_alloc.
    open_ask& open(const asker_type& type, void* asker, time_point deadline);

    // Whether the latest one is to be refused.
    bool exceeds_limit() const noexcept { return asks_.size() > limit_; }

    // Ends an open request with that error in the next turn, so that nobody is told from within the
    // call that asks. Until then it takes memory beyond the limit.
    void refuse(open_ask& ask, actor_error why);

    // The answer to a request, or why there is none (`reply` is null).
    void answer(slot_id id, void* reply, const std::error_code* why) noexcept;

    // The asker does not want to know any more. False: it is over already.
    bool cancel(slot_id id) noexcept;

    bool is_open(slot_id id) noexcept { return asks_.find(id) != nullptr; }

    // All that still wait, at the end of the worker.
    void fail_all(std::error_code why) noexcept;

    std::size_t size() const noexcept { return asks_.size(); }

    const ask_counters& counters() const noexcept { return counters_; }

  private:
    friend struct open_ask;

    static void time_is_up(grouped_deadline& who);
    void fail(open_ask& ask, std::error_code why) noexcept;
    void drop(open_ask& ask) noexcept;

    std::uint32_t limit_;
    slot_table<open_ask> asks_;
    deadline_groups deadlines_;
    ask_counters counters_;
};

inline void open_ask::close() noexcept {
    table.asks_.destroy_and_reuse(id);
}

inline open_ask& ask_table::open(const asker_type& type, void* asker, time_point deadline) {
    slot_id id;
    open_ask& made = *asks_.create(id, *this, type, asker);
    made.id = id;
    deadlines_.add(made, deadline);
    ++counters_.asks;
    return made;
}

inline void ask_table::answer(slot_id id, void* reply, const std::error_code* why) noexcept {
    open_ask* const found = asks_.find(id);
    if (found == nullptr) [[unlikely]] {
        ++counters_.late;
        return;
    }
    if (reply == nullptr) [[unlikely]] {
        fail(*found, *why);
        return;
    }
    ++counters_.answered;
    found->type.complete(*found, reply, nullptr);
}

} // namespace iapp

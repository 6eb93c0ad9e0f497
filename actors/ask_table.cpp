#include <iapp/actors/ask_table.hpp>

namespace iapp {

void open_ask::asker_ended(attachment& self, exit_reason) noexcept {
    auto& ask = static_cast<open_ask&>(self);
    ask.table.drop(ask);
}

void ask_table::refuse(open_ask& ask, actor_error why) {
    ask.fault = why;
    deadlines_.add(ask, time_point::min());
}

bool ask_table::cancel(slot_id id) noexcept {
    open_ask* const found = asks_.find(id);
    if (found != nullptr) {
        drop(*found);
    }
    return found != nullptr;
}

void ask_table::fail_all(std::error_code why) noexcept {
    asks_.for_each([&](slot_id, open_ask& ask) { fail(ask, why); });
    deadlines_.clear();
}

void ask_table::time_is_up(grouped_deadline& who) {
    auto& ask = static_cast<open_ask&>(who);
    const bool timed_out = ask.fault == actor_error{};
    ask.table.fail(ask, timed_out ? std::make_error_code(std::errc::timed_out) : ask.fault);
}

void ask_table::fail(open_ask& ask, std::error_code why) noexcept {
    ++(why == std::errc::timed_out ? counters_.timed_out : counters_.unanswered);
    ask.type.complete(ask, nullptr, &why);
}

void ask_table::drop(open_ask& ask) noexcept {
    ++counters_.cancelled;
    ask.type.drop(ask);
    ask.close();
}

} // namespace iapp

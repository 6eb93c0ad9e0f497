#include <iapp/actors/ask_table.hpp>

namespace iapp {

open_ask::open_ask(ask_table& table_, const asker_type& type_, void* asker_) noexcept
    : attachment{&ask_table::asker_ended}, timer_node{&ask_table::time_is_up}, table{table_},
      type{type_}, asker{asker_}, at_deadline{std::make_error_code(std::errc::timed_out)} {}

open_ask& ask_table::open(const asker_type& type, void* asker, time_point deadline) {
    slot_id id;
    open_ask& made = *asks_.create(id, *this, type, asker);
    made.id = id;
    wheel_.arm(made, deadline);
    ++counters_.asks;
    return made;
}

void ask_table::refuse(open_ask& ask, std::error_code why) noexcept {
    ask.at_deadline = why;
    wheel_.arm(ask, time_point::min());
}

void ask_table::answer(slot_id id, void* reply, std::error_code why) noexcept {
    open_ask* const found = asks_.find(id);
    if (found == nullptr) {
        ++counters_.late;
        return;
    }
    complete(*found, reply, why);
}

bool ask_table::cancel(slot_id id) noexcept {
    open_ask* const found = asks_.find(id);
    if (found != nullptr) {
        drop(*found);
    }
    return found != nullptr;
}

void ask_table::fail_all(std::error_code why) noexcept {
    asks_.for_each([&](slot_id, open_ask& ask) { complete(ask, nullptr, why); });
}

void ask_table::time_is_up(timer_node& node) {
    auto& ask = static_cast<open_ask&>(node);
    ask.table.complete(ask, nullptr, ask.at_deadline);
}

void ask_table::asker_ended(attachment& self, exit_reason) noexcept {
    auto& ask = static_cast<open_ask&>(self);
    ask.table.drop(ask);
}

void ask_table::complete(open_ask& ask, void* reply, std::error_code why) noexcept {
    if (reply != nullptr) {
        ++counters_.answered;
    } else {
        ++(why == std::errc::timed_out ? counters_.timed_out : counters_.unanswered);
    }
    ask.type.complete(*this, ask, reply, why);
}

void ask_table::drop(open_ask& ask) noexcept {
    ++counters_.cancelled;
    ask.type.drop(ask);
    close(ask);
}

} // namespace iapp

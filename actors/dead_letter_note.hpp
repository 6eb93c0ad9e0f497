#pragma once
// dead_letter_note: what an observer of dead letters is told.

#include <iapp/actors/actor_id.hpp>
#include <iapp/mailbox/message.hpp>

#include <functional>
#include <string_view>

namespace iapp {

struct dead_letter_note {
    actor_id to;
    std::string_view message; // the name of its type, as the compiler spells it
    dead_letter why;
};

// Called for each message to an actor that a running worker counts as a dead letter, in that
// worker's thread at that moment, maybe in the middle of a send; so it must be quick. Each worker
// has a copy of it. It may send, but what it sends is a message like any other: one that answers
// each dead letter with another keeps its worker busy. Not told of: a refusal of what the observer
// itself sends; what other threads were refused, to whom send() has said so; what is left when the
// system stops. An exception is reported and ends nothing.
using dead_letter_function = std::function<void(const dead_letter_note&)>;

} // namespace iapp

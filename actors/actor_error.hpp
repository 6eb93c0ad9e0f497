#pragma once
// Errors of the actor layer.

#include <system_error>

namespace iapp {

enum class actor_error {
    unanswered = 1,   // the actor is gone, has failed or ends without an answer
    refused,          // a queue on the way is at its limit, or the system is stopping
    no_such_name,     // no actor goes by it
    unaccepted,       // the actor of that name does not accept those messages
    wrong_event_type, // the event queue of that name has events of another type
    too_many_queues,  // the system has as many event queues as it may have
    threw,            // offloaded work ended with an exception that says nothing else
};

// The category "iapp.actor".
const std::error_category& actor_category() noexcept;

inline std::error_code make_error_code(actor_error e) noexcept {
    return {static_cast<int>(e), actor_category()};
}

} // namespace iapp

template <>
struct std::is_error_code_enum<iapp::actor_error> : std::true_type {};

#include <iapp/actors/actor_error.hpp>

#include <string>

namespace iapp {

namespace {

class actor_error_category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "iapp.actor"; }

    std::string message(int value) const override {
        switch (static_cast<actor_error>(value)) {
        case actor_error::unanswered:
            return "the actor gave no answer";
        case actor_error::refused:
            return "a queue on the way is at its limit";
        case actor_error::no_such_name:
            return "no actor goes by that name";
        case actor_error::unaccepted:
            return "the actor of that name does not accept the messages";
        case actor_error::wrong_event_type:
            return "the event queue of that name has events of another type";
        case actor_error::too_many_queues:
            return "the system has as many event queues as it may have";
        case actor_error::threw:
            return "the offloaded work ended with an exception";
        }
        return "an unknown error";
    }
};

} // namespace

const std::error_category& actor_category() noexcept {
    static const actor_error_category category;
    return category;
}

} // namespace iapp

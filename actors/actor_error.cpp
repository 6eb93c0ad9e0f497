#include <iapp/actors/actor_error.hpp>

#include <string>

namespace iapp {

namespace {

class actor_error_category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "iapp.actor"; }

    std::string message(int value) const override {
        return static_cast<actor_error>(value) == actor_error::unanswered
                   ? "the actor gave no answer"
                   : "the actor's worker takes no more messages";
    }
};

} // namespace

const std::error_category& actor_category() noexcept {
    static const actor_error_category category;
    return category;
}

} // namespace iapp

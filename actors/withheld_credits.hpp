#pragma once
// withheld_credits: what an actor that cannot take more has handled and not yet given back.

#include <iapp/actors/actor_id.hpp>
#include <iapp/actors/attachment.hpp>

#include <cstdint>
#include <vector>

namespace iapp {

// Made at an actor's first cx.withhold_credits(), attached to it: what it withholds returns at its
// end. An entry for each line, so its size is bounded by theirs.
class withheld_credits final : public attachment {
  public:
    explicit withheld_credits(worker_loop& home) noexcept : attachment{&ended}, home_{home} {}

    void withhold() noexcept { withholding_ = true; }

    bool withholding() const noexcept { return withholding_; }

    void add(actor_id account);

    // Gives all back, and whatever is handled from now on at once.
    void grant() noexcept;

  private:
    struct entry {
        actor_id account;
        std::uint32_t credits;
    };

    static void ended(attachment& self, exit_reason why) noexcept;

    worker_loop& home_;
    bool withholding_ = false;
    std::vector<entry> entries_;
};

} // namespace iapp

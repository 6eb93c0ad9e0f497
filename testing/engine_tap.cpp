#include <iapp/testing/engine_tap.hpp>

namespace iapp {

void engine_tap::poll(duration timeout) {
    network_.advance_to(network_.now()); // so that what is due now is news
    const bool waits =
        timeout > duration::zero() && !woken_ && !to_->has_work() && !news_.has_news();
    const std::uint64_t before = network_.steps();
    woken_ = false;
    to_->poll(timeout);
    // A step means that something may have been told, or that the wait was interrupted.
    asleep_ = waits && network_.steps() == before && !to_->has_work();
    const bool for_ever = timeout >= time_point::max() - network_.now();
    wake_at_ = for_ever ? time_point::max() : network_.now() + timeout;
}

} // namespace iapp

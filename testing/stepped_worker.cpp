#include <iapp/testing/stepped_worker.hpp>

namespace iapp {

void stepped_worker::turn(time_point deadline) {
    if (phase_ == phase::running) {
        if (!loop_->asked_to_stop()) {
            loop_->turn(deadline);
            return;
        }
        loop_->begin_end();
        phase_ = phase::ending;
    } else if (phase_ == phase::ending && loop_->end_turn(deadline)) {
        phase_ = phase::ended;
    }
}

bool stepped_worker::has_work() const noexcept {
    switch (phase_) {
    case phase::running:
        return loop_->asked_to_stop() || loop_->has_work();
    case phase::ending:
        return loop_->io().has_work() || loop_->io().open_sockets() == 0;
    case phase::ended:
        break;
    }
    return false;
}

time_point stepped_worker::next_timer() const noexcept {
    return ended() ? time_point::max()
                   : loop_->io().timers().next_deadline().value_or(time_point::max());
}

} // namespace iapp

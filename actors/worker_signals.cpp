// Signals of a worker's actors.

#include <iapp/actors/worker.hpp>

#include <algorithm>

namespace iapp {

std::error_code worker_loop::subscribe(int number, cell& actor, signal_options options) noexcept {
    const auto knock = [](void* mail) noexcept { static_cast<port*>(mail)->knock(); };
    if (const std::error_code refused =
            place_.signals->catch_signal(number, options, knock, &mail_port())) {
        return refused;
    }
    signals_.push_back({number, actor.id});
    return {};
}

void worker_loop::unsubscribe(int number) noexcept {
    place_.signals->release_signal(number);
    std::erase_if(signals_, [=](const signal_subscription& s) { return s.number == number; });
}

void worker_loop::deliver_signals() {
    for (std::size_t i = 0; i < signals_.size();) {
        const signal_subscription of = signals_[i];
        cell* actor = place_.signals->take_signal(of.number) ? find(of.actor) : nullptr;
        if (actor != nullptr) {
            actor->type.on_signal(*actor, {of.number});
        }
        if (i < signals_.size() && signals_[i].number == of.number) {
            ++i; // else it has unsubscribed, and the next one is in its place
        }
    }
}

signal_watch::~signal_watch() {
    if (number_ != 0) {
        worker_loop::current()->unsubscribe(number_);
    }
}

} // namespace iapp

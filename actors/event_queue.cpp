#include <iapp/actors/event_queue.hpp>

#include <iapp/actors/worker.hpp>

namespace iapp {

namespace {

// Replays and ends of subscriptions are never refused: there are at most as many as subscriptions.
template <class M>
void send_internal(worker_loop& to, M message) {
    static constexpr message_type type{
        .name = type_name<M>(), .size_bytes = sizeof(M), .destroy = nullptr, .run = &M::run};
    worker_loop::send(to, 0, type, message, delivery::reserved);
}

} // namespace

void detail::request_replay(queue_hub& of) {
    if (of.owes_replay()) {
        send_internal(of.home(), replay_due{&of});
    }
}

void worker_subscription::cancel() noexcept {
    queue_hub* const hub = std::exchange(hub_, nullptr);
    if (hub == nullptr) {
        return;
    }
    const system_life::visit visit{*life_};
    if (!visit) {
        return;
    }
    if (worker_loop::current() == &hub->home()) {
        hub->remove_callback(number_);
    } else if (!life_->closed()) { // else it ends with its worker
        send_internal(hub->home(), detail::remove_callback{hub, number_});
    }
}

} // namespace iapp

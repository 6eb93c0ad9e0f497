#pragma once
// The templates of event queues, which need the worker's definition; included by event_queue.hpp.

#include <iapp/actors/actor_error.hpp>
#include <iapp/actors/event_queue.hpp>
#include <iapp/actors/worker.hpp>

#include <optional>

namespace iapp {

namespace detail {

// What contexts and systems need of a handle.
struct queue_access {
    template <class T>
    static event_queue<T> make(system_control& system, unsigned workers,
                               const queue_options& options) {
        queue_registry& all = system.queues();
        return {&all.life(), all.get(system, workers, key_of<T>(), {}, options)};
    }

    template <class T>
    static result<event_queue<T>> find(system_control& system, unsigned workers,
                                       std::string_view name, const queue_options& options) {
        IAPP_CHECK(!name.empty(), "a queue that is looked up has a name");
        queue_registry& all = system.queues();
        queue_core* const found = all.get(system, workers, key_of<T>(), name, options);
        if (found == nullptr) {
            return actor_error::too_many_queues;
        }
        if (found->type() != key_of<T>()) {
            return actor_error::wrong_event_type;
        }
        return event_queue<T>{&all.life(), found};
    }

    // The queue, for a worker of its own system; else null.
    template <class T>
    static queue_core* core(const event_queue<T>& of, worker_loop* here) noexcept {
        const bool own = here != nullptr && of.life_ == &here->control().queues().life();
        return own ? of.core_ : nullptr;
    }
};

template <class T>
class typed_hub final : public queue_hub {
  public:
    using queue_hub::queue_hub;

    // Hands out an event that has arrived, which may be moved from.
    void arrive(T& event, bool keeps_last) noexcept {
        if (!keeps_last) {
            hand_out(&event);
            return;
        }
        replay(); // the one before comes first
        forget_due();
        last_.emplace(std::move(event));
        hand_out(&*last_);
    }

  private:
    const void* latest() const noexcept override { return last_ ? &*last_ : nullptr; }

    std::optional<T> last_;
};

// A worker's hub of a queue, made now if there is none.
template <class T>
typed_hub<T>& hub_of(queue_core& queue, worker_loop& home) {
    queue_lane& lane = queue.lane(home.index());
    if (lane.hub == nullptr) {
        auto made = std::make_unique<typed_hub<T>>(queue, home);
        lane.hub = made.get();
        home.queues().add(std::move(made));
    }
    return static_cast<typed_hub<T>&>(*lane.hub);
}

template <class T>
void run_event(void* worker, std::uint64_t to, void* payload, fate what) {
    auto& home = *static_cast<worker_loop*>(worker);
    queue_core& queue = queue_core_of(to);
    if (queue.arrive(home, what)) {
        hub_of<T>(queue, home).arrive(*static_cast<T*>(payload), queue.options().replay_last);
    }
}

template <class T>
inline constexpr message_type event_type{.name = type_name<T>(),
                                         .size_bytes = sizeof(T),
                                         .destroy = destroyer_of<T>(),
                                         .run = &run_event<T>};

template <class T>
bool publish_from(worker_loop* here, queue_core& queue, T& event) {
    publication open{queue, here, parcels_for<T>};
    while (worker_loop* next = open.next()) {
        const bool taken =
            open.last() ? worker_loop::send(*next, to_word(queue), event_type<T>, std::move(event))
                        : worker_loop::send(*next, to_word(queue), event_type<T>,
                                            static_cast<const T&>(event));
        open.sent(taken);
    }
    return open.taken();
}

// Asks a hub for the replays that are due. In the worker's own queue behind what is there, so that
// no handler is called from within a subscribe().
struct replay_due {
    static void run(void*, std::uint64_t, void* payload, fate what) {
        if (what == fate::deliver) {
            static_cast<replay_due*>(payload)->whose->replay();
        }
    }

    queue_hub* whose;
};

// Ends the subscription of a callback on its worker.
struct remove_callback {
    static void run(void*, std::uint64_t, void* payload, fate what) {
        auto& self = *static_cast<remove_callback*>(payload);
        if (what == fate::deliver) {
            self.whose->remove_callback(self.number);
        }
    }

    queue_hub* whose;
    std::uint64_t number;
};

void request_replay(queue_hub& of);

template <class A, class T>
void tell_actor(void* who, const void* event) noexcept {
    cell& self = *static_cast<cell*>(who);
    if (self.stopping) [[unlikely]] {
        return self.home.queues().tell_stopped(self.home);
    }
    handler_scope scope{self, message_type_of<T>};
    scope.call([&] { actor_in<A>(self).on(*static_cast<const T*>(event)); });
}

template <class F, class T>
struct callback_subscription final : queue_subscriber {
    callback_subscription(queue_hub& to, F&& f) : queue_subscriber{to}, callback{std::move(f)} {
        destroy = &destroy_it;
    }

    static void destroy_it(queue_subscriber& self) noexcept {
        self.hub.home().memory().destroy(static_cast<callback_subscription*>(&self));
    }

    static void tell(void* who, const void* event) noexcept {
        static constexpr std::string_view name = type_name<F>();
        auto& self = *static_cast<callback_subscription*>(who);
        worker_loop& home = self.hub.home();
        home.note_running(nullptr, &name);
        try {
            self.callback(*static_cast<const T*>(event));
        } catch (const std::exception& e) {
            home.post_failed(name, e.what());
        } catch (...) {
            home.post_failed(name, "an exception that is no std::exception");
        }
    }

    F callback;
};

// On the worker's thread.
template <class T, class F>
queue_subscriber& subscribe_callback(worker_loop& home, queue_core& queue, F&& callback) {
    queue_hub& hub = hub_of<T>(queue, home);
    using made_type = callback_subscription<F, T>;
    auto* made = home.memory().template make<made_type>(hub, std::move(callback));
    hub.add(*made, made, &made_type::tell);
    request_replay(hub);
    return *made;
}

template <class A, class T>
concept hears_event = requires(A& actor, const T& event) {
    actor.on(event);
};

} // namespace detail

template <class T>
bool event_queue<T>::publish(T event) const {
    worker_loop* const here = worker_loop::current();
    if (queue_core* own = detail::queue_access::core(*this, here)) {
        return detail::publish_from(here, *own, event);
    }
    if (core_ == nullptr) {
        return false;
    }
    const system_life::visit visit{*life_};
    if (!visit) {
        return false;
    }
    if (life_->closed()) {
        core_->foreign_tally().refused.fetch_add(1, std::memory_order_relaxed); // a count
        return false;
    }
    return detail::publish_from<T>(nullptr, *core_, event);
}

template <class T>
queue_counters event_queue<T>::counters() const noexcept {
    if (core_ == nullptr) {
        return {};
    }
    const system_life::visit visit{*life_};
    return visit ? core_->counters() : queue_counters{};
}

template <class A, class T>
subscription context::subscribe(const A&, const event_queue<T>& to) {
    static_assert(accepts_message<A, T>,
                  "the actor does not accept this event: name it in its `accepts`");
    static_assert(detail::hears_event<A, T>,
                  "an event is shared by its subscribers: on() takes it as const T& or by value");
    worker_loop& home = self_.home;
    queue_core* const queue = detail::queue_access::core(to, &home);
    if (queue == nullptr) {
        return {};
    }
    queue_hub& hub = detail::hub_of<T>(*queue, home);
    auto* made = home.memory().template make<actor_subscription>(hub);
    hub.add(*made, &self_, &detail::tell_actor<A, T>);
    self_.attached.push_back(*made);
    detail::request_replay(hub);
    return subscription{made};
}

template <class T>
event_queue<T> context::make_queue(const queue_options& options) {
    return detail::queue_access::make<T>(self_.home.control(), self_.home.workers(), options);
}

template <class T>
result<event_queue<T>> context::queue(std::string_view name, const queue_options& options) {
    return detail::queue_access::find<T>(self_.home.control(), self_.home.workers(), name, options);
}

} // namespace iapp

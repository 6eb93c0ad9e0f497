#pragma once
// actor_type: all that a worker knows of a class of actors, as plain function pointers.

#include <iapp/actors/cell.hpp>
#include <iapp/actors/messages.hpp>
#include <iapp/actors/signal.hpp>
#include <iapp/reactor/listener.hpp>
#include <iapp/reactor/watch.hpp>

#include <algorithm>
#include <span>
#include <string_view>

namespace iapp {

// One constant for each class of actors.
struct actor_type {
    bool accepts(message_key key) const noexcept {
        return std::find(accepted.begin(), accepted.end(), key) != accepted.end();
    }

    std::string_view name;
    std::span<const message_key> accepted;
    // Hands a message of that key to the actor; `reply` is the replier of a request that was asked,
    // or null. False when the actor does not accept it.
    bool (*receive)(cell& self, message_key key, void* message, void* reply);
    void (*destroy)(cell& self) noexcept;
    stream_handlers stream;
    listener_handlers listener;
    watch_handlers watch;
    void (*on_signal)(cell& self, signalled what);
};

} // namespace iapp

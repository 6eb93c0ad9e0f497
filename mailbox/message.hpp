#pragma once
// What travels: a message by value in a parcel, or by pointer as an envelope; and its type.

#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <type_traits>

namespace iapp {

// Why a message was not delivered. Counted, never silent.
enum class dead_letter : std::uint8_t { stale, refused, dropped, stopped };

// What is to become of a message that arrives: it is handled, or ends because the worker stops. One
// for an actor may end as well because that actor's mailbox is at its limit.
enum class fate : std::uint8_t { deliver, discard, refuse, drop };

// Why a message is dead that was not delivered.
constexpr dead_letter dead_by(fate what) noexcept {
    return what == fate::refuse ? dead_letter::refused
           : what == fate::drop ? dead_letter::dropped
                                : dead_letter::stopped;
}

// Whether the limits of queues hold for a message. The place of a reply, of news of a death or of
// the end of an operation was reserved when what it answers was accepted: it is never refused, and
// the number of requests that may be open bounds how many there are.
enum class delivery : std::uint8_t { limited, reserved };

// One constant for each type of message; its address tells types apart at run time.
struct message_type {
    std::string_view name; // as the compiler spells it
    std::uint32_t size_bytes;
    // Ends the payload; null when there is nothing to do.
    void (*destroy)(void* payload) noexcept;
    // Null: the message is for the actor that `to` names. Otherwise the message runs itself on the
    // worker (a callback, for instance), or ends without having run. Leaves the payload to destroy.
    void (*run)(void* worker, std::uint64_t to, void* payload, fate what);
    // Whether `to` names an actor, for which the message waits if it is not there yet, and whose
    // mailbox may have a limit; and whether that limit holds.
    bool for_actor = false;
    delivery how = delivery::limited;
    // Whether a door that refuses it counts a dead letter: messages for actors and requests. Posts
    // and events have books of their own, and the library's own calls have none.
    bool is_letter = false;
};

// How messages of this type for actors are delivered; reserved for those that their receiver has
// asked for beforehand.
template <class M>
inline constexpr delivery delivery_of = delivery::limited;

namespace detail {

template <class T>
constexpr std::string_view function_name() {
    return __PRETTY_FUNCTION__;
}

} // namespace detail

// The type's name as the compiler spells it, for people: "store", "my_server::session".
template <class T>
constexpr std::string_view type_name() noexcept {
    std::string_view name = detail::function_name<T>();
    const auto start = name.find("T = ") + 4;
    name.remove_prefix(start);
    return name.substr(0, name.find_first_of(";]"));
}

template <class M>
constexpr auto destroyer_of() noexcept -> void (*)(void*) noexcept {
    if constexpr (std::is_trivially_destructible_v<M>) {
        return nullptr;
    } else {
        return [](void* payload) noexcept { static_cast<M*>(payload)->~M(); };
    }
}

// The type of messages for actors.
template <class M>
inline constexpr message_type message_type_of{.name = type_name<M>(),
                                              .size_bytes = sizeof(M),
                                              .destroy = destroyer_of<M>(),
                                              .run = nullptr,
                                              .for_actor = true,
                                              .how = delivery_of<M>,
                                              .is_letter = true};

// Whether messages that run themselves are letters all the same.
template <class M>
inline constexpr bool runs_as_letter = false;

// The type of messages that run themselves by M::run.
template <class M>
inline constexpr message_type self_running_type{.name = type_name<M>(),
                                                .size_bytes = sizeof(M),
                                                .destroy = destroyer_of<M>(),
                                                .run = &M::run,
                                                .is_letter = runs_as_letter<M>};

// A message as it lies in a ring: half a cache line, with 16 bytes of payload. A payload of up to
// 48 bytes goes on into the parcel behind it. What is larger, or not trivially copyable, lies in an
// envelope, and the parcel holds the pointer to that. Between far cores a message costs what its
// lines cost, which is why a small one takes half of one.
struct alignas(32) parcel {
    static constexpr std::size_t payload_bytes = 16;
    static constexpr std::size_t payload_max_bytes = 48; // with the parcel behind it
    static constexpr std::size_t payload_alignment = 16;

    std::uint64_t to;         // slot_id::to_word() of an actor, or what message_type::run needs
    const message_type* type; // null: the payload is an envelope*
    std::byte content[payload_bytes];

    void* payload() noexcept { return reinterpret_cast<std::byte*>(this) + payload_offset; }

    static constexpr std::size_t payload_offset = 16;
};

static_assert(sizeof(parcel) == 32 && std::is_trivially_copyable_v<parcel>);
static_assert(offsetof(parcel, content) == parcel::payload_offset);

// Whether messages of this type travel by value between workers, and how many parcels they take.
template <class M>
inline constexpr bool travels_by_value = std::is_trivially_copyable_v<M> &&
                                         sizeof(M) <= parcel::payload_max_bytes &&
                                         alignof(M) <= parcel::payload_alignment;

template <class M>
inline constexpr std::size_t parcels_for = travels_by_value<M> && sizeof(M) > parcel::payload_bytes
                                               ? 2
                                               : 1;

// The same for the first parcel of a message.
inline std::size_t parcels_of(const parcel& first) noexcept {
    return first.type != nullptr && first.type->size_bytes > parcel::payload_bytes ? 2 : 1;
}

class memory_home;

// A message by pointer: this header, and the payload behind it in the same block. Whoever holds the
// pointer owns it.
struct alignas(16) envelope {
    envelope* next;           // for whichever list holds it
    std::uint64_t to;         // as in parcel
    const message_type* type; // never null
    memory_home* home;        // where the block goes back to; null: to the system heap

    void* payload() noexcept { return this + 1; }

    std::size_t block_bytes() const noexcept { return sizeof(envelope) + type->size_bytes; }

    // Ends the payload; the block is the caller's to give back.
    void destroy_payload() noexcept {
        if (type->destroy != nullptr) {
            type->destroy(payload());
        }
    }
};

static_assert(sizeof(envelope) == 32);

// The envelope in a parcel whose type is null.
inline envelope* envelope_in(parcel& p) noexcept {
    return *std::launder(static_cast<envelope**>(p.payload()));
}

inline void put_envelope(parcel& into, envelope* e) noexcept {
    into.to = e->to;
    into.type = nullptr;
    ::new (into.payload()) envelope* {e};
}

} // namespace iapp

#pragma once
// operation_key: what an operation's completion is known by: the name of its transport and a kind.

#include <iapp/mailbox/slot_table.hpp>

#include <cstdint>

namespace iapp {

enum class operation_kind : std::uint8_t {
    wake,         // by a message
    wake_poll,    // by the eventfd
    input,        // the source that the transport runs
    output,       // its one-shot
    cancel_input, // an attempt to end these, which may come too late
    cancel_output,
};

// Travels through the kernel as the 64 bits of user_data: 32 of generation, 4 of kind, 28 of slot.
// Never a pointer, so that a completion which outlived its socket finds nothing.
struct operation_key {
    static constexpr unsigned slot_bits = 28;
    static constexpr std::uint32_t slots_max = std::uint32_t{1} << slot_bits;

    slot_id id;
    operation_kind kind = operation_kind::wake;

    constexpr std::uint64_t to_word() const noexcept {
        return (std::uint64_t{id.generation} << 32) |
               (std::uint64_t{static_cast<std::uint8_t>(kind)} << slot_bits) | id.slot;
    }

    static constexpr operation_key from_word(std::uint64_t word) noexcept {
        const auto low = static_cast<std::uint32_t>(word);
        return {{low & (slots_max - 1), static_cast<std::uint32_t>(word >> 32)},
                static_cast<operation_kind>(low >> slot_bits)};
    }
};

} // namespace iapp

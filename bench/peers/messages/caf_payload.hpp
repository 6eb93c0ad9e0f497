#pragma once
// Tells CAF that payloads stay within the process: they need no serialisation.

#include "messages/payload.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

namespace caf {

template <std::size_t Bytes>
struct allowed_unsafe_message_type<bench::payload<Bytes>> : std::true_type {};

} // namespace caf

#pragma once
// The command line of clt.

#include "clt/config.hpp"

#include <optional>

namespace clt {

// Fills `wanted`; a value says that the program ends now with that status.
std::optional<int> parse_options(int argc, char** argv, config& wanted);

// Whether the machine's limits allow it; says on standard error which setting does not.
bool limits_allow(const config& wanted);

} // namespace clt

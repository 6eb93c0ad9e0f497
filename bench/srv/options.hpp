#pragma once
// The command line of srv.

#include "srv/config.hpp"

#include <optional>

namespace srv {

// Fills `wanted`; a value says that the program ends now with that status.
std::optional<int> parse_options(int argc, char** argv, config& wanted);

} // namespace srv

#pragma once
// The life of srv.

#include "srv/config.hpp"

namespace srv {

// Listens, serves until a signal or --duration, prints reports and the summary; gives the exit
// status.
int run(const config& wanted);

} // namespace srv

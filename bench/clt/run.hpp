#pragma once
// The life of clt.

#include "clt/config.hpp"

namespace clt {

// Connects, moves bytes until a signal, --duration or --bytes, prints reports and the summary;
// gives the exit status.
int run(const config& wanted);

} // namespace clt

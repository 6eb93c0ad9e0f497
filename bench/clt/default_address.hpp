#pragma once

// Where clt connects to when nobody says.

namespace clt {

#if defined(__linux__)
// One address has 28,232 ports here, and all of 127/8 answers: four addresses are enough for the
// default number of connections.
inline constexpr const char* default_address = "127.0.0.1-4:1667";
#else
inline constexpr const char* default_address = "127.0.0.1:1667";
#endif

} // namespace clt

#include "facts.hpp"

#include <sys/socket.h>

namespace selftest {

const bool accept_inherits_nonblock = true;
const int spreading_option = SO_REUSEPORT_LB;
const char* const spreading_option_name = "SO_REUSEPORT_LB";

// By its vDSO, which other processors do not have.
#ifdef __x86_64__
const bool signal_frames_described = true;
#else
const bool signal_frames_described = false;
#endif

} // namespace selftest

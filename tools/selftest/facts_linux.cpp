#include "facts.hpp"

#include <sys/socket.h>

namespace selftest {

const bool accept_inherits_nonblock = false;
const int spreading_option = SO_REUSEPORT;
const char* const spreading_option_name = "SO_REUSEPORT";
const bool signal_frames_described = true;

} // namespace selftest

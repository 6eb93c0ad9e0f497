#include "facts.hpp"

#include <sys/socket.h>

namespace selftest {

const bool accept_inherits_nonblock = true;
const int spreading_option = SO_REUSEPORT_LB;
const char* const spreading_option_name = "SO_REUSEPORT_LB";

} // namespace selftest

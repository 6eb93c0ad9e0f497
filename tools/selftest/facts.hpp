#pragma once

namespace selftest {

// Where the two kernels differ and a portable check has to know. Defined in facts_freebsd.cpp and
// facts_linux.cpp; the build picks one.

// accept(2) copies O_NONBLOCK from the listener to the new socket.
extern const bool accept_inherits_nonblock;

// The SOL_SOCKET option that spreads connections over several listeners on one port.
extern const int spreading_option;
extern const char* const spreading_option_name;

// The kernel describes the frame of a signal's handler, so that an unwinder gets past it.
extern const bool signal_frames_described;

} // namespace selftest

#pragma once

// signal_options: what becomes of a signal besides being told.

namespace iapp {

struct signal_options {
    // After the first one the system's own action is back: a second SIGINT then ends the process
    // at once, also when the worker hangs.
    bool first_only = false;
    // The end of the subscription leaves the signal ignored: for a program that has results to
    // print after its actors have ended, which another signal must not cut short.
    bool ignore_afterwards = false;
};

} // namespace iapp

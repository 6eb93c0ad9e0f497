#include "raw/messages/messages.hpp"
#include "raw/messages/sleeper.hpp"

namespace raw {

double sleeping_round_trip_ns(const bench::processor_pair& processors, std::uint64_t round_trips) {
    sleeper asking;
    sleeper answering;
    const auto ask = [&] {
        for (std::uint64_t i = 0; i < round_trips; ++i) {
            answering.wake();
            asking.sleep();
        }
    };
    const auto answer = [&] {
        for (std::uint64_t i = 0; i < round_trips; ++i) {
            answering.sleep();
            asking.wake();
        }
    };
    return static_cast<double>(bench::run_on(processors, ask, answer).count()) /
           static_cast<double>(round_trips);
}

} // namespace raw

// Messages between threads with Boost.Asio: a message is a handler that is posted to the event loop
// of the receiver's thread and carries the payload.

#include "peers/messages/asio_cases.hpp"
#include "peers/messages/program.hpp"

#include <fmt/format.h>

int main(int argc, char** argv) {
    return peers::run_message_program(
        "asio_messages",
        fmt::format("boost-asio-{}.{}.{}", BOOST_ASIO_VERSION / 100000,
                    BOOST_ASIO_VERSION / 100 % 1000, BOOST_ASIO_VERSION % 100),
        {{"flow", peers::asio_flow},
         {"fan_in", peers::asio_flow},
         {"local", peers::asio_flow},
         {"wake", peers::asio_round_trips},
         {"spin", peers::asio_round_trips},
         {"broadcast", peers::asio_broadcast}},
        argc, argv);
}

// Messages between actors of CAF. There is no case `spin`: CAF's threads sleep when they find
// nothing, after a time that depends on its scheduler.

#include "peers/caf/caf_bench.hpp"
#include "peers/messages/caf_cases.hpp"
#include "peers/messages/program.hpp"

int main(int argc, char** argv) {
    return peers::run_message_program("caf_messages", peers::caf_name(),
                                      {{"flow", peers::caf_flow},
                                       {"fan_in", peers::caf_flow},
                                       {"local", peers::caf_flow},
                                       {"wake", peers::caf_round_trips},
                                       {"broadcast", peers::caf_broadcast}},
                                      argc, argv);
}

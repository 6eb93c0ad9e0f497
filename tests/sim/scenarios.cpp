#include "sim/scenario.hpp"

#include <array>

namespace iapp::test {

std::span<const scenario> scenarios() {
    static constexpr std::array all{
        scenario{"chat", play_chat},
        scenario{"conservation", play_conservation},
        scenario{"dealings", play_dealings},
        scenario{"echo", play_echo},
        scenario{"relay", play_relay},
        scenario{"srv_clt", play_srv_clt},
        scenario{"start_stop", play_start_stop},
        scenario{"supervision", play_supervision},
        scenario{"task_echo", play_task_echo},
    };
    return all;
}

} // namespace iapp::test

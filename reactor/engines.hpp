#pragma once
// Which engines this build has, and making one of them.

#include <iapp/reactor/buffer_pool.hpp>
#include <iapp/reactor/engine.hpp>
#include <iapp/reactor/poller.hpp>
#include <iapp/reactor/result.hpp>
#include <iapp/reactor/turn_clock.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace iapp {

// The engines compiled in, the one that is tried first in front.
std::vector<std::string_view> engine_names();

// What an engine works on; all of it outlives the engine.
struct engine_parts {
    kernel& os;
    slot_table<transport>& transports;
    buffer_pool& buffers;
    turn_clock& clock; // the engine restarts it after each wait
};

// An engine by name; an empty name means what the environment variable IAPP_ENGINE says, and if
// that is empty too, the first of engine_names() that works here; that one before it did not work
// is said in one line of the log. Errors: invalid_argument for a
// name that this build does not have, else what the system said.
result<std::unique_ptr<engine>> make_engine(std::string_view name, const engine_parts& parts);

// The poller of a readiness engine by name, for tests of pollers; errors as above.
result<std::unique_ptr<poller>> make_poller(std::string_view name);

// The name that make_engine() would go by: `name`, else IAPP_ENGINE; empty when neither says.
std::string wanted_engine(std::string_view name);

} // namespace iapp

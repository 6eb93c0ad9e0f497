#pragma once
// The list of engines compiled in: one of reactor/engine_table_*.cpp defines it.

#include <iapp/reactor/engines.hpp>
#include <iapp/reactor/readiness/readiness_engine.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace iapp {

struct engine_entry {
    std::string_view name;
    result<std::unique_ptr<engine>> (*make)(const engine_parts& parts);
    // Of a readiness engine; null for one that completes operations by itself.
    result<std::unique_ptr<poller>> (*make_poller)();
};

template <auto MakePoller>
result<std::unique_ptr<engine>> make_readiness_engine(const engine_parts& parts) {
    result<std::unique_ptr<poller>> waits = MakePoller();
    if (!waits) {
        return waits.error();
    }
    return std::unique_ptr<engine>{std::make_unique<readiness_engine>(std::move(*waits), parts)};
}

template <auto MakePoller>
constexpr engine_entry readiness_entry(std::string_view name) {
    return {name, make_readiness_engine<MakePoller>, MakePoller};
}

// In order of preference.
std::span<const engine_entry> engine_table();

} // namespace iapp

#pragma once
// The list of mechanisms compiled in: one of reactor/engine_table_*.cpp defines it.

#include <iapp/reactor/poller.hpp>
#include <iapp/reactor/result.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace iapp {

struct poller_entry {
    std::string_view name;
    result<std::unique_ptr<poller>> (*make)();
};

// In order of preference.
std::span<const poller_entry> poller_table();

} // namespace iapp

#include <iapp/reactor/engines.hpp>

#include <iapp/reactor/engine_table.hpp>
#include <iapp/reactor/readiness/readiness_engine.hpp>

#include <cstdlib>

namespace iapp {

std::vector<std::string_view> engine_names() {
    std::vector<std::string_view> names;
    for (const poller_entry& entry : poller_table()) {
        names.push_back(entry.name);
    }
    return names;
}

std::string wanted_engine(std::string_view name) {
    if (!name.empty()) {
        return std::string{name};
    }
    const char* asked = std::getenv("IAPP_ENGINE");
    return asked == nullptr ? "" : asked;
}

result<std::unique_ptr<poller>> make_poller(std::string_view name) {
    const std::string wanted = wanted_engine(name);
    std::error_code why = std::make_error_code(std::errc::invalid_argument);
    for (const poller_entry& entry : poller_table()) {
        if (wanted.empty() || wanted == entry.name) {
            result<std::unique_ptr<poller>> made = entry.make();
            if (made) {
                return made;
            }
            why = made.error();
        }
    }
    return why;
}

result<std::unique_ptr<engine>> make_engine(std::string_view name, const engine_parts& parts) {
    result<std::unique_ptr<poller>> waits = make_poller(name);
    if (!waits) {
        return waits.error();
    }
    return std::unique_ptr<engine>{std::make_unique<readiness_engine>(std::move(*waits), parts)};
}

} // namespace iapp

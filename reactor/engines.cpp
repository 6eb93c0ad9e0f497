#include <iapp/reactor/engines.hpp>

#include <iapp/mailbox/log.hpp>
#include <iapp/reactor/engine_table.hpp>

#include <atomic>
#include <cstdlib>

namespace iapp {

std::vector<std::string_view> engine_names() {
    std::vector<std::string_view> names;
    for (const engine_entry& entry : engine_table()) {
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

namespace {

// Said once in a process, however many workers it has.
void say_fallback(const engine_entry& missing, std::error_code why, const engine_entry& instead) {
    static std::atomic<bool> said{false};
    if (!said.exchange(true, std::memory_order_relaxed)) { // orders nothing else
        write_log(log_level::warning, log_record::no_worker,
                  "the engine %.*s does not work here (%s): using %.*s",
                  static_cast<int>(missing.name.size()), missing.name.data(), why.message().c_str(),
                  static_cast<int>(instead.name.size()), instead.name.data());
    }
}

} // namespace

result<std::unique_ptr<poller>> make_poller(std::string_view name) {
    const std::string wanted = wanted_engine(name);
    std::error_code why = std::make_error_code(std::errc::invalid_argument);
    for (const engine_entry& entry : engine_table()) {
        if (entry.make_poller != nullptr && (wanted.empty() || wanted == entry.name)) {
            result<std::unique_ptr<poller>> made = entry.make_poller();
            if (made) {
                return made;
            }
            why = made.error();
        }
    }
    return why;
}

result<std::unique_ptr<engine>> make_engine(std::string_view name, const engine_parts& parts) {
    const std::string wanted = wanted_engine(name);
    std::error_code why = std::make_error_code(std::errc::invalid_argument);
    const engine_entry* missing = nullptr;
    for (const engine_entry& entry : engine_table()) {
        if (wanted.empty() || wanted == entry.name) {
            result<std::unique_ptr<engine>> made = entry.make(parts);
            if (made) {
                if (missing != nullptr) {
                    say_fallback(*missing, why, entry);
                }
                return made;
            }
            if (missing == nullptr) {
                missing = &entry;
                why = made.error();
            }
        }
    }
    return why;
}

} // namespace iapp

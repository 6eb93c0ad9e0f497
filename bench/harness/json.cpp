#include "harness/json.hpp"

#include <cstdio>

namespace bench {

std::string json_quoted(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

json_object& json_object::add_raw(std::string_view name, std::string_view json) {
    if (!fields_.empty()) {
        fields_ += ",";
    }
    fields_ += json_quoted(name);
    fields_ += ":";
    fields_ += json;
    return *this;
}

void json_object::print() const {
    const std::string line = text() + "\n";
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
}

} // namespace bench

#pragma once
// One JSON object on one line, for scripts.

#include <concepts>
#include <fmt/format.h>
#include <string>
#include <string_view>

namespace bench {

// Text as a JSON string, quotes included.
std::string json_quoted(std::string_view text);

// Builds an object field by field, in the order of the calls.
class json_object {
  public:
    json_object& add(std::string_view name, std::string_view text) {
        return add_raw(name, json_quoted(text));
    }

    json_object& add(std::string_view name, const char* text) {
        return add(name, std::string_view{text});
    }

    json_object& add(std::string_view name, bool value) {
        return add_raw(name, value ? "true" : "false");
    }

    template <std::integral Number>
    json_object& add(std::string_view name, Number value) {
        return add_raw(name, fmt::format("{}", value));
    }

    json_object& add(std::string_view name, double value) {
        return add_raw(name, fmt::format("{:.6g}", value));
    }

    json_object& add(std::string_view name, const json_object& value) {
        return add_raw(name, value.text());
    }

    // `json` is an array or another value, already as JSON.
    json_object& add_raw(std::string_view name, std::string_view json);

    std::string text() const { return "{" + fields_ + "}"; }

    // Writes the object as a line to standard output, at once.
    void print() const;

  private:
    std::string fields_;
};

} // namespace bench

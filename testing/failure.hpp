#pragma once
// failure: what the test kit throws when something came that was not expected, or did not come.

#include <iapp/mailbox/message.hpp>

#include <concepts>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

namespace iapp::testing {

// what() is one or more sentences, with the place in the test in front: every test framework shows
// that of an exception.
class failure : public std::runtime_error {
  public:
    failure(const std::string& what, const std::source_location& where)
        : std::runtime_error{std::string{where.file_name()} + ":" + std::to_string(where.line()) +
                             ": " + what} {}
};

// A type's name without its namespaces, for sentences.
template <class T>
std::string plain_name() {
    const std::string_view name = type_name<T>();
    const std::size_t scopes = name.substr(0, name.find('<')).rfind("::");
    return std::string{scopes == std::string_view::npos ? name : name.substr(scopes + 2)};
}

// What a message is called in sentences: its type, and its content if `to_string(message)` gives
// that.
template <class M>
std::string describe(const M& message) {
    if constexpr (requires {
                      { to_string(message) } -> std::convertible_to<std::string>;
                  }) {
        return plain_name<M>() + " " + std::string{to_string(message)};
    } else {
        return plain_name<M>();
    }
}

} // namespace iapp::testing

#pragma once
// Why a text is no address: the error codes of address::parse and parse_range.

#include <system_error>

namespace iapp {

enum class address_error {
    missing_port = 1,
    bad_port,
    bad_ipv4,
    bad_ipv6,
    unbracketed_ipv6,
    bad_scope,
    bad_range,
    range_too_large,
    empty_path,
    bad_path,
    path_too_long,
};

// The category "iapp.address"; each message tells what was expected. Any thread.
const std::error_category& address_category() noexcept;

std::error_code make_error_code(address_error error) noexcept;

} // namespace iapp

template <>
struct std::is_error_code_enum<iapp::address_error> : std::true_type {};

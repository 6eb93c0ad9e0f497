#include "harness/errors.hpp"

#include <array>
#include <utility>

namespace bench {

std::string error_name(std::error_code error) {
    static constexpr std::array<std::pair<std::errc, const char*>, 20> names{{
        {std::errc::connection_reset, "ECONNRESET"},
        {std::errc::broken_pipe, "EPIPE"},
        {std::errc::connection_refused, "ECONNREFUSED"},
        {std::errc::timed_out, "ETIMEDOUT"},
        {std::errc::address_in_use, "EADDRINUSE"},
        {std::errc::address_not_available, "EADDRNOTAVAIL"},
        {std::errc::too_many_files_open, "EMFILE"},
        {std::errc::too_many_files_open_in_system, "ENFILE"},
        {std::errc::no_buffer_space, "ENOBUFS"},
        {std::errc::not_enough_memory, "ENOMEM"},
        {std::errc::permission_denied, "EACCES"},
        {std::errc::operation_not_permitted, "EPERM"},
        {std::errc::host_unreachable, "EHOSTUNREACH"},
        {std::errc::network_unreachable, "ENETUNREACH"},
        {std::errc::network_down, "ENETDOWN"},
        {std::errc::not_connected, "ENOTCONN"},
        {std::errc::connection_aborted, "ECONNABORTED"},
        {std::errc::no_such_file_or_directory, "ENOENT"},
        {std::errc::resource_unavailable_try_again, "EAGAIN"},
        {std::errc::operation_canceled, "ECANCELED"},
    }};
    for (const auto& [condition, name] : names) {
        if (error == condition) {
            return name;
        }
    }
    return error.message();
}

std::string error_counts::to_text() const {
    std::string text;
    for (const auto& [name, times] : counts_) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, times);
    }
    return text;
}

} // namespace bench

#pragma once
// result<T>: a value, or the std::error_code that says why there is none.

#include <iapp/mailbox/check.hpp>

#include <concepts>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

namespace iapp {

// Holds a T or an error. Operating errors travel in it; reading the value of a failed result is a
// programmer error and checked. Not shared between threads.
template <class T>
class [[nodiscard]] result {
  public:
    result(T value) : value_{std::move(value)} {}

    result(std::error_code error) : error_{error} {
        IAPP_CHECK(error, "a failed result needs an error");
    }
    template <class Enum>

    requires(std::is_error_code_enum_v<Enum> || std::is_error_condition_enum_v<Enum>)
        result(Enum error)
        : result{make(error)} {}

    explicit operator bool() const noexcept { return value_.has_value(); }

    T& value() & {
        check();
        return *value_;
    }

    const T& value() const& {
        check();
        return *value_;
    }

    T&& value() && {
        check();
        return std::move(*value_);
    }

    T& operator*() & { return value(); }

    const T& operator*() const& { return value(); }

    T&& operator*() && { return std::move(*this).value(); }

    T* operator->() { return &value(); }

    const T* operator->() const { return &value(); }

    // The reason of a failure; a default-constructed code when there is a value.
    std::error_code error() const noexcept { return error_; }

  private:
    template <class Enum>
    static std::error_code make(Enum error) {
        if constexpr (std::is_error_code_enum_v<Enum>) {
            return make_error_code(error);
        } else {
            return std::make_error_code(error);
        }
    }

    void check() const { IAPP_CHECK(value_.has_value(), "the result holds an error"); }

    std::optional<T> value_;
    std::error_code error_;
};

// Success without a value, or an error.
template <>
class [[nodiscard]] result<void> {
  public:
    result() = default;

    result(std::error_code error) : error_{error} {}

    result(std::errc error) : error_{std::make_error_code(error)} {}

    explicit operator bool() const noexcept { return !error_; }

    std::error_code error() const noexcept { return error_; }

  private:
    std::error_code error_;
};

} // namespace iapp

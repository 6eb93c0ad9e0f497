#pragma once
// What a task may not take: parameters that compilers destroy twice, and the captures of a lambda.

#include <iapp/mailbox/message.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace iapp::detail {

// Whether a type's name, at the end of `text`, is that of a lambda: `f()::<lambda(int)>` as GCC
// spells it, `(lambda at file.cpp:1:2)` as Clang does. Compilers give no other mark of one.
constexpr bool names_lambda(std::string_view text) noexcept {
    for (const std::string_view mark : {std::string_view{"<lambda("}, {"(lambda at "}}) {
        const std::size_t begin = text.rfind(mark);
        if (begin == text.npos) {
            continue;
        }
        std::size_t depth = 0;
        for (std::size_t i = begin; i < text.size(); ++i) {
            depth += text[i] == '<' || text[i] == '(' ? 1U : 0U;
            depth -= text[i] == '>' || text[i] == ')' ? 1U : 0U;
            if (depth == 0) {
                return i + 1 == text.size();
            }
        }
    }
    return false;
}

template <class T>
constexpr bool is_lambda() noexcept {
    std::string_view name = function_name<T>();
    name.remove_prefix(name.find("T = ") + 4);
    // Behind it GCC says what string_view is; in brackets, as Clang does.
    return names_lambda(
        name.substr(0, std::min(name.rfind("; std::string_view"), name.rfind(']'))));
}

template <class T>
concept complete = requires {
    sizeof(T);
};

// A parameter that would be destroyed twice if a temporary were given for it.
template <class P>
constexpr bool is_unsafe_parameter() noexcept {
    using value = std::remove_cvref_t<P>;
    if constexpr (std::is_lvalue_reference_v<P>) {
        return false;
    } else if constexpr (std::is_class_v<value> && complete<value>) {
        return !std::is_trivially_destructible_v<value> &&
               (std::is_aggregate_v<value> || is_lambda<value>());
    } else {
        return false;
    }
}

// Whether a coroutine with these parameters is the body of a lambda, whose type is not complete
// there.
template <class... Ps>
inline constexpr bool begins_with_lambda = false;

template <class Self, class... Ps>
inline constexpr bool begins_with_lambda<Self, Ps...> =
    !complete<std::remove_cvref_t<Self>> && is_lambda<std::remove_cvref_t<Self>>();

} // namespace iapp::detail

// What the library of {fmt} 9 to 11 holds, for a cross build, which has its headers only: so its
// users need not compile all of it each (FMT_HEADER_ONLY), which takes seconds a source.

#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE

// What format.h declares and format-inl.h defines as templates.
template FMT_API auto detail::dragonbox::to_decimal(float x) noexcept
    -> detail::dragonbox::decimal_fp<float>;
template FMT_API auto detail::dragonbox::to_decimal(double x) noexcept
    -> detail::dragonbox::decimal_fp<double>;
template FMT_API auto detail::thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;
template FMT_API auto detail::decimal_point_impl(locale_ref) -> char;
template FMT_API void detail::buffer<char>::append(const char*, const char*);
template FMT_API void detail::vformat_to(buffer<char>&, string_view, format_args, locale_ref);

FMT_END_NAMESPACE

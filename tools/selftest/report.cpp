#include "report.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <unistd.h>

namespace selftest {

namespace {

const char* name_of(verdict result) {
    switch (result) {
    case verdict::pass:
        return "pass";
    case verdict::fail:
        return "fail";
    case verdict::skip:
        return "skip";
    }
    return "?";
}

const char* colour_of(verdict result) {
    switch (result) {
    case verdict::pass:
        return "\033[32m";
    case verdict::fail:
        return "\033[31m";
    case verdict::skip:
        return "\033[33m";
    }
    return "";
}

// A JSON string with its quotes. Bytes from 0x80 on pass through: our texts are UTF-8.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    out += '"';
    return out;
}

} // namespace

report::report(bool json, const std::vector<const check*>& subjects)
    : json_{json}, colour_{!json && ::isatty(STDOUT_FILENO) == 1} {
    for (const check* subject : subjects) {
        name_width_ = std::max(name_width_, std::strlen(subject->name));
        expected_width_ = std::max(expected_width_, std::strlen(subject->expected));
    }
}

void report::listed(const check& subject) const {
    if (json_) {
        fmt::print("{{\"type\":\"listed\",\"name\":{},\"expected\":{},\"advice\":{}}}\n",
                   quoted(subject.name), quoted(subject.expected), quoted(subject.advice));
    } else {
        fmt::print("{:<{}}  {}\n", subject.name, name_width_, subject.expected);
    }
}

void report::found(const check& subject, const outcome& result) const {
    if (json_) {
        fmt::print("{{\"type\":\"check\",\"name\":{},\"expected\":{},\"seen\":{},"
                   "\"verdict\":\"{}\",\"advice\":{}}}\n",
                   quoted(subject.name), quoted(subject.expected), quoted(result.seen),
                   name_of(result.result), quoted(subject.advice));
    } else {
        fmt::print("{}{}{}  {:<{}}  {:<{}}  {}\n", colour_ ? colour_of(result.result) : "",
                   name_of(result.result), colour_ ? "\033[0m" : "", subject.name, name_width_,
                   subject.expected, expected_width_, result.seen);
        if (result.result != verdict::pass) {
            fmt::print("      {}\n", subject.advice);
        }
    }
    std::fflush(stdout);
}

void report::finish(const totals& sums) const {
    if (json_) {
        fmt::print("{{\"type\":\"summary\",\"program\":\"iapp-selftest\",\"version\":{},\"ok\":{},"
                   "\"passed\":{},\"failed\":{},\"skipped\":{},\"seconds\":{:.3f},"
                   "\"cpu_seconds\":{:.3f},\"errors\":{},\"engine\":\"none\",\"workers\":0}}\n",
                   quoted(IAPP_VERSION), sums.ok(), sums.passed, sums.failed, sums.skipped,
                   sums.seconds, sums.cpu_seconds, sums.interrupted ? "{\"interrupted\":1}" : "{}");
    } else {
        fmt::print("\n{} passed, {} failed, {} skipped in {:.1f} s{}\n", sums.passed, sums.failed,
                   sums.skipped, sums.seconds, sums.interrupted ? ", interrupted" : "");
    }
    std::fflush(stdout);
}

} // namespace selftest

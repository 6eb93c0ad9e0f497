#include <iapp/mailbox/check.hpp>

#include <cstdio>
#include <cstdlib>

namespace iapp {

void check_failed(const char* file, int line, const char* condition, const char* message) noexcept {
    std::fprintf(stderr, "%s:%d: check failed: %s: %s\n", file, line, condition, message);
    std::abort();
}

} // namespace iapp

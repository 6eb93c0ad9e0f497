#include "waiting.hpp"

#include <algorithm>
#include <cstdlib>

namespace selftest {

int slowness() {
    const char* text = std::getenv("IAPP_TEST_SLOW");
    return text == nullptr ? 1 : std::clamp(std::atoi(text), 1, 1000);
}

milliseconds patience() {
    return milliseconds{2000} * slowness();
}

milliseconds quiet() {
    return milliseconds{40} * slowness();
}

milliseconds check_limit() {
    return milliseconds{10000} * slowness();
}

double elapsed_ms(std::chrono::steady_clock::time_point start) {
    const std::chrono::duration<double, std::milli> passed =
        std::chrono::steady_clock::now() - start;
    return passed.count();
}

} // namespace selftest

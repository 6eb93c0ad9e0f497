#pragma once

#include <cstddef>
#include <string>

#include "check.hpp"

namespace selftest {

struct totals {
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::size_t skipped = 0;
    bool interrupted = false;
    double seconds = 0;
    double cpu_seconds = 0;

    bool ok() const { return failed == 0 && !interrupted; }
};

// Writes results to standard output as they come: aligned lines for people, or one JSON object a
// line. Colours are used only for people on a terminal.
class report {
  public:
    // Column widths come from the checks that will be reported.
    report(bool json, const std::vector<const check*>& subjects);

    void listed(const check& subject) const;
    void found(const check& subject, const outcome& result) const;
    void finish(const totals& sums) const;

  private:
    bool json_;
    bool colour_;
    std::size_t name_width_ = 0;
    std::size_t expected_width_ = 0;
};

} // namespace selftest

#pragma once
// Errors counted by name, for summaries.

#include <cstdint>
#include <map>
#include <string>
#include <system_error>

#include "harness/json.hpp"

namespace bench {

// "ECONNRESET", or the message of a code without such a name.
std::string error_name(std::error_code error);

class error_counts {
  public:
    void count(std::error_code error, std::uint64_t times = 1) {
        counts_[error_name(error)] += times;
    }

    void add(const error_counts& other) {
        for (const auto& [name, times] : other.counts_) {
            counts_[name] += times;
        }
    }

    bool empty() const { return counts_.empty(); }

    json_object to_json() const {
        json_object object;
        for (const auto& [name, times] : counts_) {
            object.add(name, times);
        }
        return object;
    }

    // "ECONNRESET 3, EPIPE 1"
    std::string to_text() const;

  private:
    std::map<std::string, std::uint64_t> counts_;
};

} // namespace bench

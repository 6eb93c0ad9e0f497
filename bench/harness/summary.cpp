#include "harness/summary.hpp"

#include <iapp/reactor/os/process.hpp>

namespace bench {

json_object begin_summary(std::string_view program, std::string_view engine, unsigned workers,
                          double seconds, bool ok, const error_counts& errors) {
    json_object summary;
    summary.add("type", "summary")
        .add("program", program)
        .add("version", IAPP_VERSION)
        .add("engine", engine)
        .add("workers", workers)
        .add("seconds", seconds)
        .add("cpu_seconds", iapp::os::cpu_seconds())
        .add("ok", ok)
        .add("errors", errors.to_json());
    return summary;
}

} // namespace bench

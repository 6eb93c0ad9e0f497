// clt: the client that drives srv. It opens many connections and writes to a sink, or exchanges
// requests and replies with an echo.

#include "clt/options.hpp"
#include "clt/run.hpp"

int main(int argc, char** argv) {
    clt::config wanted;
    if (const std::optional<int> status = clt::parse_options(argc, argv, wanted)) {
        return *status;
    }
    if (!clt::limits_allow(wanted)) {
        return bench::exit_failed;
    }
    return clt::run(wanted);
}

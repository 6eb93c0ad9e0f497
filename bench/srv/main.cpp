// srv: the server that clt drives. It takes connections and reads what they send (sink), sends it
// back (echo), or sends by itself (source).

#include "srv/options.hpp"
#include "srv/run.hpp"

int main(int argc, char** argv) {
    srv::config wanted;
    if (const std::optional<int> status = srv::parse_options(argc, argv, wanted)) {
        return *status;
    }
    return srv::run(wanted);
}

#include "harness/resident.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace bench {

double resident_bytes() {
    std::ifstream statm{"/proc/self/statm"};
    double pages_in_all = 0;
    double pages_resident = 0;
    if (statm >> pages_in_all >> pages_resident) {
        return pages_resident * static_cast<double>(sysconf(_SC_PAGESIZE));
    }
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_maxrss) * 1024;
}

} // namespace bench

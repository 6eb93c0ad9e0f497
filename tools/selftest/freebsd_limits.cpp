// What FreeBSD allows, against what 32,768 connections with both ends on one machine need.

#include "check.hpp"
#include "freebsd_sysctl.hpp"

#include <sys/types.h>

#include <sys/resource.h>

namespace selftest {

namespace {

outcome enough(const char* name, long long needed) {
    const long long seen = system_value(name);
    if (seen >= needed) {
        return judge(true, "{} {}", name, seen);
    }
    return skipped("{} {}, too few for a full run", name, seen);
}

outcome descriptors() {
    rlimit limit = {};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < 70000) {
        return skipped("RLIMIT_NOFILE {}, too few for a full run", limit.rlim_max);
    }
    return enough("kern.maxfilesperproc", 70000);
}

outcome system_files() {
    return enough("kern.maxfiles", 100000);
}

outcome sockets() {
    return enough("kern.ipc.maxsockets", 70000);
}

outcome backlog() {
    return enough("kern.ipc.soacceptqueue", 4096);
}

outcome ports() {
    const long long first = system_value("net.inet.ip.portrange.first");
    const long long last = system_value("net.inet.ip.portrange.last");
    const long long count = last - first + 1;
    if (count >= 33000) {
        return judge(true, "{} to {}: {} ports", first, last, count);
    }
    return skipped("{} to {}: {} ports", first, last, count);
}

outcome socket_buffers() {
    const long long received = system_value("net.inet.tcp.recvspace");
    const long long sent = system_value("net.inet.tcp.sendspace");
    const long long most = system_value("kern.ipc.maxsockbuf");
    if (received < 0 || sent < 0 || most < 0) {
        return skipped("not to be read");
    }
    return judge(true, "receive {}, send {}, at most {}", received, sent, most);
}

outcome file_operations() {
    const long long process = system_value("vfs.aio.max_aio_queue_per_proc");
    const long long system = system_value("vfs.aio.max_aio_queue");
    if (process < 256) {
        return skipped("{} a process, {} in all", process, system);
    }
    return judge(true, "{} a process, {} in all", process, system);
}

constexpr check checks[] = {
    {"limits.descriptors", "70000 or more a process",
     "sysctl kern.maxfilesperproc=100000, limits(1): 65,536 for both ends in one process.",
     descriptors},
    {"limits.files", "kern.maxfiles of 100000 or more", "sysctl kern.maxfiles=200000",
     system_files},
    {"limits.sockets", "kern.ipc.maxsockets of 70000 or more",
     "sysctl kern.ipc.maxsockets=100000, after kern.maxfiles.", sockets},
    {"limits.ports", "33000 local ports or more",
     "sysctl net.inet.ip.portrange.first=10000, or more loopback addresses on lo0.", ports},
    {"limits.backlog", "kern.ipc.soacceptqueue of 4096 or more",
     "sysctl kern.ipc.soacceptqueue=4096: bursts of connections overflow a short queue.", backlog},
    {"limits.buffers", "default and largest socket buffers, shown",
     "net.inet.tcp.recvspace, sendspace; smaller ones bound the memory of many connections.",
     socket_buffers},
    {"limits.aio", "256 file operations or more a process",
     "sysctl vfs.aio.max_aio_queue_per_proc and vfs.aio.max_aio_queue.", file_operations},
};

} // namespace

theme limit_checks() {
    return checks;
}

} // namespace selftest

// What Linux allows, against what 32,768 connections with both ends on one machine need.

#include "check.hpp"

#include <fstream>

#include <sys/resource.h>

namespace selftest {

namespace {

// Numbers that a file of /proc holds; missing ones stay 0.
struct numbers {
    explicit numbers(const char* path) {
        std::ifstream file{path};
        file >> value[0] >> value[1] >> value[2];
    }

    long long value[3] = {0, 0, 0};
};

outcome enough(const char* what, long long seen, long long needed) {
    if (seen >= needed) {
        return judge(true, "{} {}", what, seen);
    }
    return skipped("{} {}, too few for a full run", what, seen);
}

outcome descriptors() {
    rlimit limit = {};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return enough("hard limit", static_cast<long long>(limit.rlim_max), 70000);
}

outcome system_files() {
    return enough("fs.file-max", numbers{"/proc/sys/fs/file-max"}.value[0], 100000);
}

outcome ports() {
    const numbers range{"/proc/sys/net/ipv4/ip_local_port_range"};
    const long long count = range.value[1] - range.value[0] + 1;
    if (count >= 33000) {
        return judge(true, "{} to {}: {} ports", range.value[0], range.value[1], count);
    }
    return skipped("{} to {}: {} ports", range.value[0], range.value[1], count);
}

outcome backlog() {
    return enough("net.core.somaxconn", numbers{"/proc/sys/net/core/somaxconn"}.value[0], 4096);
}

outcome half_open() {
    return enough("net.ipv4.tcp_max_syn_backlog",
                  numbers{"/proc/sys/net/ipv4/tcp_max_syn_backlog"}.value[0], 1024);
}

outcome socket_buffers() {
    const numbers received{"/proc/sys/net/ipv4/tcp_rmem"};
    const numbers sent{"/proc/sys/net/ipv4/tcp_wmem"};
    if (received.value[1] == 0 || sent.value[1] == 0) {
        return skipped("not to be read");
    }
    return judge(true, "receive {} up to {}, send {} up to {}", received.value[1],
                 received.value[2], sent.value[1], sent.value[2]);
}

// Page counts: from the second on, TCP shrinks its windows; past the third it drops segments.
outcome tcp_memory() {
    const numbers pages{"/proc/sys/net/ipv4/tcp_mem"};
    return enough("net.ipv4.tcp_mem pressure from page", pages.value[1], 65536);
}

constexpr check checks[] = {
    {"limits.descriptors", "hard limit of 70000 or more",
     "ulimit -Hn, systemd LimitNOFILE=, fs.nr_open: 65,536 for both ends in one process.",
     descriptors},
    {"limits.files", "fs.file-max of 100000 or more", "sysctl fs.file-max=200000", system_files},
    {"limits.ports", "33000 local ports or more",
     "sysctl net.ipv4.ip_local_port_range='10000 65535', or several 127.0.0.x addresses.", ports},
    {"limits.backlog", "somaxconn of 4096 or more", "sysctl net.core.somaxconn=4096", backlog},
    {"limits.half_open", "tcp_max_syn_backlog of 1024 or more",
     "sysctl net.ipv4.tcp_max_syn_backlog=4096", half_open},
    {"limits.buffers", "default and largest socket buffers, shown",
     "net.ipv4.tcp_rmem and tcp_wmem; smaller ones bound the memory of many connections.",
     socket_buffers},
    {"limits.tcp_memory", "tcp_mem pressure at 65536 pages or more",
     "sysctl net.ipv4.tcp_mem: below, many full connections get small windows.", tcp_memory},
};

} // namespace

theme limit_checks() {
    return checks;
}

} // namespace selftest

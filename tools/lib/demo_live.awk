# What tools/demo shows while it runs, from the last two reports of each process: a table that is
# redrawn in place on a terminal, one plain line elsewhere.
# Variables: terminal, drawn (lines of the table on the screen), seconds, duration.

BEGIN {
    columns = split("opening open closed failed bytes_in bytes_out", names, " ")
    for (i = 1; i < ARGC; ++i) {
        name = ARGV[i]
        sub(/.*\//, "", name)
        side[i] = substr(name, 1, 3)
        of_file[ARGV[i]] = i
        ++processes[side[i]]
    }
}

is_type($0, "stats") || is_type($0, "summary") {
    process = of_file[FILENAME]
    interval = field($0, "seconds") - when[process]
    when[process] += interval
    for (c = 1; c <= columns; ++c) {
        name = names[c]
        value = field($0, name)
        rate[process, name] = interval > 0 ? (value - now[process, name]) / interval : 0
        now[process, name] = value
    }
}

function add_up(sum, c, i) {
    for (i = 1; i < ARGC; ++i) {
        if (side[i] == sum) {
            for (c = 1; c <= columns; ++c) {
                now[sum, names[c]] += now[i, names[c]]
                rate[sum, names[c]] += rate[i, names[c]]
            }
        }
    }
}

function line(title, of) {
    printf "%-10s %8d %8d %8d %8d %10s %12s %10s %12s\033[K\n", title, now[of, "opening"],
        now[of, "open"], now[of, "closed"], now[of, "failed"],
        readable_bytes(now[of, "bytes_in"]), readable_bytes(rate[of, "bytes_in"]) "/s",
        readable_bytes(now[of, "bytes_out"]), readable_bytes(rate[of, "bytes_out"]) "/s"
}

function table(i) {
    if (drawn > 0) {
        printf "\033[%dA", drawn # back to the table's first line
    }
    printf("%d s of %s\033[K\n", seconds, (duration > 0 ? duration " s" : "as long as you like"))
    printf "%-10s %8s %8s %8s %8s %10s %12s %10s %12s\033[K\n", "", "opening", "open", "closed",
        "failed", "in", "in/s", "out", "out/s"
    for (i = 1; i < ARGC; ++i) {
        if (processes[side[i]] > 1) {
            line(side[i] " " ++number[side[i]], i)
        }
        if (i + 1 == ARGC || side[i + 1] != side[i]) {
            line(side[i] (processes[side[i]] > 1 ? " total" : ""), side[i])
        }
    }
}

function plain(side, way) {
    return sprintf("%s: %d open, %d failed, %s %s (%s/s)", side, now[side, "open"],
                   now[side, "failed"], substr(way, 7), readable_bytes(now[side, way]),
                   readable_bytes(rate[side, way]))
}

END {
    add_up("clt")
    add_up("srv")
    if (terminal) {
        table()
    } else {
        printf "%3d s  %s   %s\n", seconds, plain("clt", "bytes_out"), plain("srv", "bytes_in")
    }
}

# Compares the totals of both sides, from the summaries of all processes; ends with 1 unless they
# agree and all went well. Variables: wanted (connections; empty when it was interrupted),
# clt_status, srv_status (the worst exit status of each), json (print one object, not a table).

is_type($0, "summary") {
    side = field($0, "program")
    ++summaries
    all[side] = all[side] (all[side] == "" ? "" : ",") $0
    count = split("opened accepted failed refused closed reset open_peak bytes_in bytes_out " \
                  "conns_without_bytes cpu_seconds workers", names, " ")
    for (i = 1; i <= count; ++i) {
        sum[side, names[i]] += field($0, names[i])
    }
    engine = field($0, "engine")
    version = field($0, "version")
    if (field($0, "seconds") > seconds) {
        seconds = field($0, "seconds") + 0
    }
    if (field($0, "all_open_seconds") > all_open_seconds) {
        all_open_seconds = field($0, "all_open_seconds") + 0
    }
    add_errors($0)
}

function add_errors(line, entries, entry, n, i) {
    match(line, /"errors":[{][^}]*/)
    n = split(substr(line, RSTART + 10, RLENGTH - 10), entries, ",")
    for (i = 1; i <= n; ++i) {
        split(entries[i], entry, ":")
        errors[entry[1]] += entry[2]
    }
}

function number(value) {
    return sprintf("%.0f", value)
}

function must_be_equal(what, a, b) {
    if (a != b) {
        complain(what ": clt " number(a) ", srv " number(b))
        disagree = 1
    }
}

function must_be(what, value, right) {
    if (value != right) {
        complain(what ": " number(value) ", not " number(right))
    }
}

function complain(text) {
    bad = 1
    if (!json) {
        print "demo: " text > "/dev/stderr"
    }
}

function check() {
    must_be("processes that reported at their end", summaries, ARGC - 1)
    must_be_equal("bytes", sum["clt", "bytes_out"], sum["srv", "bytes_in"])
    must_be_equal("connections", sum["clt", "opened"], sum["srv", "accepted"])
    must_be_equal("connections closed", sum["clt", "closed"], sum["srv", "closed"])
    must_be("connections that srv refused", sum["srv", "refused"], 0)
    must_be("connections that clt saw reset", sum["clt", "reset"], 0)
    must_be("connections that srv saw reset", sum["srv", "reset"], 0)
    must_be("exit status of srv", srv_status, 0)
    if (wanted == "") {
        return # an opening that was interrupted may count as failed, or have sent nothing
    }
    must_be("exit status of clt", clt_status, 0)
    must_be("connections opened", sum["clt", "opened"], wanted)
    must_be("connections without bytes, clt", sum["clt", "conns_without_bytes"], 0)
    must_be("connections without bytes, srv", sum["srv", "conns_without_bytes"], 0)
}

function row(title, clt, srv) {
    printf "%-26s %16s %16s\n", title, clt, srv
}

function people() {
    printf "\n%.1f s, %d + %d workers in %d processes, engine %s\n", seconds,
        sum["clt", "workers"], sum["srv", "workers"], summaries, engine
    row("", "clt", "srv")
    row("opened, accepted", sum["clt", "opened"], sum["srv", "accepted"])
    row("open at one time, at most", sum["clt", "open_peak"], sum["srv", "open_peak"])
    row("closed", sum["clt", "closed"], sum["srv", "closed"])
    row("failed, refused", sum["clt", "failed"], sum["srv", "refused"])
    row("reset", sum["clt", "reset"], sum["srv", "reset"])
    row("without bytes", sum["clt", "conns_without_bytes"], sum["srv", "conns_without_bytes"])
    row("bytes out, in", number(sum["clt", "bytes_out"]), number(sum["srv", "bytes_in"]))
    row("per second", readable_bytes(sum["clt", "bytes_out"] / (seconds ? seconds : 1)),
        readable_bytes(sum["srv", "bytes_in"] / (seconds ? seconds : 1)))
    row("CPU seconds", sprintf("%.1f", sum["clt", "cpu_seconds"]),
        sprintf("%.1f", sum["srv", "cpu_seconds"]))
    if (all_open_seconds > 0) {
        printf "All were open after %.1f s. ", all_open_seconds
    }
    print disagree ? "The totals DIFFER." : "The totals of both sides are equal."
}

function script(list, name) {
    for (name in errors) {
        list = list (list == "" ? "" : ",") name ":" number(errors[name])
    }
    printf "{\"type\":\"summary\",\"program\":\"demo\",\"version\":\"%s\",\"engine\":\"%s\",",
        version, engine
    printf "\"workers\":%d,\"seconds\":%.6g,\"cpu_seconds\":%.6g,\"ok\":%s,\"errors\":{%s},",
        sum["clt", "workers"] + sum["srv", "workers"], seconds,
        sum["clt", "cpu_seconds"] + sum["srv", "cpu_seconds"], bad ? "false" : "true", list
    printf "\"processes\":%d,\"totals_agree\":%s,", ARGC - 1, disagree ? "false" : "true"
    # One by one: some awks limit what a single printf may print.
    printf "%s", "\"srv\":["
    printf "%s", all["srv"]
    printf "%s", "],\"clt\":["
    printf "%s", all["clt"]
    print "]}"
}

END {
    check()
    if (json) {
        script()
    } else {
        people()
    }
    exit bad
}

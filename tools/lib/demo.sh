# Sourced by tools/demo, after packages.sh: the size of a run, its processes and what they report.
#
# Uses the script's $full $duration $json $bin $logs; $logs/srv.0 is the output of the first srv,
# $logs/srv.0.err its messages. Every $slow multiplies what is waited for on slow machines.

slow=${IAPP_TEST_SLOW:-1}

# A time as the programs take it (90s, 2m, 1500ms, 2.5), in whole seconds, rounded up.
whole_seconds() {
    awk -v text="$1" 'BEGIN {
        if (text !~ /^[0-9]+(\.[0-9]+)?(ms|s|m)?$/ || length(text) > 9) {
            exit 1
        }
        seconds = text + 0
        seconds *= text ~ /ms$/ ? 0.001 : text ~ /m$/ ? 60 : 1
        whole = int(seconds)
        print whole + (whole < seconds)
    }'
}

# Megabytes of memory that programs may use here.
memory_mb() {
    if [ -r /proc/meminfo ]; then
        awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo
    else
        echo $(($(sysctl -n hw.usermem) / 1048576))
    fi
}

# Sets how long, how many workers and connections on each side, in how many processes.
choose_size() {
    workers=8 total=32768 buffers=16K
    if [ -z "$full" ]; then
        duration=${duration:-10} buffers=64K
        workers=$(processor_count)
        [ "$workers" -le 8 ] || workers=8
        total=$((workers * 1024))
        # A quarter of the memory, if every buffer on the way of every connection is full.
        fits=$(($(memory_mb) / 2 + 16))
        [ "$total" -le "$fits" ] || total=$fits
    else
        duration=${duration:-60}
        if [ "$duration" -gt 0 ] && [ "$duration" -lt 60 ]; then
            echo "demo: --full takes at least 60 s: opening alone takes 32 s" >&2
            duration=60
        fi
    fi
    spread_over_processes
}

# Halves what a process does until its sockets fit into its limit on open files.
spread_over_processes() {
    limit=$(ulimit -Hn)
    case $limit in
    *[!0-9]*) limit=10000000 ;; # "unlimited"
    esac
    processes=1
    while :; do
        each=$((workers / processes)) # workers of one process
        [ $each -gt 0 ] || each=1
        conns=$((total / processes / each)) # of one worker
        share=$((conns * each))
        # The kernel deals connections out by hash: room for those that get more than their share.
        max_conns=$((share + share / 16 + 64))
        [ $((max_conns + 600)) -gt "$limit" ] && [ $conns -gt 16 ] || break
        processes=$((processes * 2))
    done
    total=$((share * processes))
    rate=128
    if [ -z "$full" ]; then # all are open after a quarter of the time
        rate=$((conns * 4 / (duration > 0 ? duration : 10) + 1))
    fi
}

# start NAME PROGRAM ARGUMENT…: in the background; its process is $!.
start() {
    name=$1 program=$2
    shift 2
    : >"$logs/$name" # who reads it need not wait for the process
    "$bin/$program" --json --stats 500ms --workers $each "$@" \
        >"$logs/$name" 2>"$logs/$name.err" </dev/null 3>&- &
}

# Waits until srv NAME, process PID, listens at as many addresses as it was told to.
wait_listening() {
    tries=$((300 * slow))
    until [ "$(grep -c '"listening"' "$logs/$1")" -ge $address_count ]; do
        tries=$((tries - 1))
        if [ $tries -eq 0 ] || ! kill -0 "$2" 2>/dev/null; then
            cat "$logs/$1.err" >&2
            echo "demo: srv does not listen" >&2
            exit 1
        fi
        sleep 0.1
    done
}

start_servers() {
    address_count=4
    set -- --listen 127.0.0.1:0 --listen 127.0.0.2:0 --listen 127.0.0.3:0 --listen 127.0.0.4:0
    if [ "$(uname -s)" != Linux ]; then # only there all of 127/8 answers; elsewhere ports abound
        address_count=1
        set -- --listen 127.0.0.1:0
    fi
    i=0
    while [ $i -lt $processes ]; do
        start "srv.$i" srv --max-conns $max_conns --share-port --drain 120s \
            --sndbuf "$buffers" --rcvbuf "$buffers" "$@"
        servers="$servers $!"
        wait_listening "srv.$i" $!
        if [ $i -eq 0 ]; then # the others, and the clients, use the ports that it got
            addresses=$(sed -n 's/.*"listening".*"address":"\([^"]*\)".*/\1/p' "$logs/srv.0")
            set --
            for address in $addresses; do
                set -- "$@" --listen "$address"
            done
        fi
        i=$((i + 1))
    done
}

start_clients() {
    set --
    for address in $addresses; do
        set -- "$@" --connect "$address"
    done
    i=0
    while [ $i -lt $processes ]; do
        start "clt.$i" clt --conns $conns --rate $rate --finish 120s \
            --sndbuf "$buffers" --rcvbuf "$buffers" "$@"
        clients="$clients $!"
        i=$((i + 1))
    done
}

# Whether one of these processes is there.
any_alive() {
    for pid in "$@"; do
        ! kill -0 "$pid" 2>/dev/null || return 0
    done
    return 1
}

all_open() {
    awk -f tools/lib/json.awk -f tools/lib/demo_open.awk -v wanted=$total "$logs"/clt.*[0-9]
}

# Shows both sides every second; asks the clients to finish when it is time and all have opened.
# A signal from the keyboard ends also what runs in the foreground here, which does no harm.
watch_clients() {
    begun=$(date +%s)
    drawn=0
    while any_alive $clients; do
        sleep 1 || true
        now=$(date +%s) || continue
        seconds=$((now - begun))
        show || true
        if [ -z "$stopping" ] && [ "$duration" -gt 0 ] && [ $seconds -ge "$duration" ] &&
            { all_open || [ $seconds -ge $((duration * 3 * slow)) ]; }; then
            stop_clients
        fi
    done
}

show() {
    terminal=''
    [ ! -t 1 ] || terminal=yes
    awk -f tools/lib/json.awk -f tools/lib/demo_live.awk -v terminal="$terminal" -v drawn=$drawn \
        -v seconds=$seconds -v duration="$duration" "$logs"/clt.*[0-9] "$logs"/srv.*[0-9]
    drawn=$((processes > 1 ? processes * 2 + 4 : 4))
}

stop_clients() {
    stopping=yes
    kill -TERM $clients 2>/dev/null || true
}

interrupted() {
    if [ "$stopping" = interrupted ]; then
        exit 130 # the second time at once; clean_up ends what runs
    fi
    stop_clients
    stopping=interrupted
}

# Gives the worst exit status of the processes.
statuses_of() {
    worst=0
    for pid in "$@"; do
        while :; do
            status=0
            wait "$pid" || status=$?
            kill -0 "$pid" 2>/dev/null || break # a signal to us ends only the waiting
        done
        [ $status -le $worst ] || worst=$status
    done
    return $worst
}

# The servers end when their last client has gone; then the totals of both sides are compared.
finish() {
    clt_status=0 srv_status=0
    statuses_of $clients || clt_status=$?
    kill -TERM $servers 2>/dev/null || true
    statuses_of $servers || srv_status=$?
    servers='' clients=''
    sort -u "$logs"/*.err >&2
    wanted=$total
    [ "$stopping" != interrupted ] || wanted='' # as many as it got to
    status=0
    set -- -f tools/lib/json.awk -f tools/lib/demo_summary.awk -v wanted="$wanted" \
        -v clt_status=$clt_status -v srv_status=$srv_status
    awk "$@" "$logs"/clt.*[0-9] "$logs"/srv.*[0-9] || status=$?
    [ -z "$json" ] || awk "$@" -v json=yes "$logs"/clt.*[0-9] "$logs"/srv.*[0-9] >&3 || true
    exit $status
}

clean_up() {
    trap '' INT TERM HUP
    if [ -n "$clients$servers" ]; then
        kill -KILL $clients $servers 2>/dev/null || true
        wait
    fi
    rm -rf "$logs"
}

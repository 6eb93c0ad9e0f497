#!/usr/bin/env python3
"""The programs on other libraries at a tiny size: they do the same work as ours, and all of it.

    peers_smoke.py --bin build/release/bin PROGRAM…

The build names the programs that it made. Speed decides nothing here.
"""

import argparse
import os
import subprocess
import sys

sys.dont_write_bytecode = True
import bench_smoke  # noqa: E402
from bench_smoke import LIMIT, expect, pairs, servers  # noqa: E402


def run(options, program, *flags, status=0):
    """Runs a program to its end; returns its summary, or None if it shall fail."""
    done = subprocess.run([os.path.join(options.bin, program), "--json", *flags],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          timeout=LIMIT)
    expect(f"{program} {' '.join(flags)}: exit status; {done.stderr}", done.returncode, status)
    return pairs.last_summary(done.stdout, program) if status == 0 else None


def sink_server(options, program):
    trunc = not program.endswith("libuv")
    bench_smoke.sink(options, program, ("copy", "trunc") if trunc else ("copy",))
    if not trunc:
        run(options, program, "--listen", "127.0.0.1:0", "--discard", "trunc", status=1)
    # More connections than may be open: the others wait until one has closed.
    seen, _ = bench_smoke.drive(options, program, ["--max-conns", "2"],
                                ["--mode", "write", "--bytes", "64K", "--io-size", "1000"])
    expect(f"{program} with 2 at once: accepted, closed, bytes",
           (seen["accepted"], seen["closed"], seen["bytes_in"]), (8, 8, 65536))
    if seen["accept_pauses"] < 1:
        sys.exit(f"peers_smoke: {program} never paused accepting")


def messages(options, program):
    cases = ["flow", "fan_in", "local", "wake", "broadcast"]
    if program == "asio_messages":
        cases.append("spin")
    for case in cases:
        for payload in ("16", "256") if case in ("flow", "broadcast") else ("16",):
            # The counts are no multiples of a burst or of the producers.
            seen = run(options, program, "--case", case, "--count", "1001", "--producers", "7",
                       "--subscribers", "10", "--repeats", "2", "--payload", payload)
            expect(f"{program} {case}: handled", seen["handled"],
                   1000 if case == "broadcast" else 1001)
            expect(f"{program} {case}: checksum", seen["checksum"], seen["checksum_expected"])
    run(options, program, "--case", "nonsense", status=2)
    run(options, program, "--payload", "17", status=2)


def actors(options, program):
    for case in ("ping", "ring", "fan_in", "broadcast", "ask", "spawn"):
        seen = run(options, program, "--case", case, "--count", "1000", "--repeats", "2",
                   "--actors", "10")
        expect(f"{program} {case}: handled", seen["handled"], 1000)
        expect(f"{program} {case}: checksum", seen["checksum"], seen["checksum_expected"])
    seen = run(options, program, "--case", "memory", "--actors", "5000")
    expect(f"{program} memory: handled", seen["handled"], 5000)
    if not 16 < seen["bytes_per_actor"] < 100_000:
        sys.exit(f"peers_smoke: {program}: {seen['bytes_per_actor']} bytes an actor")
    run(options, program, "--case", "nonsense", status=2)
    seen = bench_smoke.compare_actors("--bin", options.bin, "--pairs", "1", "--repeats", "1",
                                      "--count", "5000", "--case", "ask", "--json")
    for row in seen["cases"]:
        expect(f"{program} beside ours, {row['case']}: the peer and a ratio",
               (row["peer"].split("-")[0], row["ratio_median"] > 0), ("caf", True))


def savina(options, program):
    for workers in ("1", "2"):
        seen = run(options, program, "--n", "50", "--workers", workers)
        expect(f"{program}: result", seen["result"], seen["expected"])
    run(options, program, "--workers", "0", status=2)


def check(options, program):
    if program.startswith("peer_sink"):
        sink_server(options, program)
    elif program.startswith("peer_echo"):
        bench_smoke.echo(options, program)
    elif program.endswith("_messages"):
        messages(options, program)
    elif program.endswith("_actors"):
        actors(options, program)
    elif "_savina_" in program:
        savina(options, program)
    else:
        sys.exit(f"peers_smoke: no check for {program}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, metavar="DIR")
    parser.add_argument("programs", nargs="+", metavar="PROGRAM")
    options = parser.parse_args()
    for program in options.programs:
        check(options, program)
        print(f"peers_smoke: {program} ok", flush=True)


servers.run_main("peers_smoke", main)

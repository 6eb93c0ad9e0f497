#!/usr/bin/env python3
"""The benchmarks' programs and scripts at a tiny size: every byte is counted on both sides.

    bench_smoke.py --bin build/release/bin

Speed decides nothing here; IAPP_TEST_SLOW multiplies the limits of waiting.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

BENCH = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "bench")
sys.dont_write_bytecode = True
sys.path.insert(0, BENCH)
import compare_pairs as pairs  # noqa: E402
import compare_servers as servers  # noqa: E402

LIMIT = 60 * servers.SLOW
MIB = 1 << 20


def expect(what, seen, wanted):
    if seen != wanted:
        sys.exit(f"bench_smoke: {what}: expected {wanted}, saw {seen}")


def drive(options, server, server_flags, client_flags):
    command = [os.path.join(options.bin, server), "--listen", "127.0.0.1:0", "--json"]
    client = [os.path.join(options.bin, "raw_clt"), "--conns", "8"]
    return servers.drive(command + server_flags, client + client_flags, LIMIT)


def sink(options, server="raw_sink", discards=("copy", "trunc")):
    # With reads of 512 bytes a socket's turn ends before the socket is empty.
    for discard, size in [(how, "64K") for how in discards] + [("copy", "512")]:
        seen, sent = drive(options, server, ["--io-size", size, "--discard", discard],
                           ["--mode", "write", "--bytes", "1M", "--io-size", "10000"])
        expect(f"{server}, {discard}, {size}: bytes out of the client", sent["bytes_out"], MIB)
        expect(f"{server}, {discard}, {size}: bytes into the server", seen["bytes_in"], MIB)
        expect(f"{server}, {discard}, {size}: accepted and closed",
               (seen["accepted"], seen["closed"]), (8, 8))


def echo(options, server="raw_echo"):
    # Requests larger than the buffers block both ways; reads of 512 bytes end a turn early.
    small = ["--sndbuf", "8K", "--rcvbuf", "8K"]
    for size, depth, read, buffers in ((64, 1, "16K", []), (1000, 16, "16K", []),
                                       (65536, 2, "16K", small), (65536, 2, "512", [])):
        requests = MIB // size
        seen, sent = drive(options, server, ["--io-size", read] + buffers,
                           ["--mode", "echo", "--requests", str(requests), "--io-size", str(size),
                            "--depth", str(depth)] + buffers)
        expect(f"{server} of {size} by {read}: bytes, client out and in, server in and out",
               (sent["bytes_out"], sent["bytes_in"], seen["bytes_in"], seen["bytes_out"]),
               (requests * size,) * 4)
        expect(f"{server} of {size} by {read}: requests", sent["requests"], requests)
        expect(f"{server} of {size} by {read}: accepted and closed",
               (seen["accepted"], seen["closed"]), (8, 8))


def usage(options):
    def status(*command):
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                              timeout=LIMIT).returncode

    for program in ("raw_sink", "raw_echo", "raw_clt"):
        path = os.path.join(options.bin, program)
        expect(f"{program} --help", status(path, "--help"), 0)
        expect(f"{program} --no-such-flag", status(path, "--no-such-flag"), 2)
        expect(f"{program} --io-size 0", status(path, "--io-size", "0"), 2)
        where = "--connect" if program == "raw_clt" else "--listen"
        expect(f"{program} {where} nonsense", status(path, where, "nonsense"), 2)
    for program, flag, *others in (("bench_actors", "--count", "--repeats", "1"),
                                   ("savina_counting", "--n")):
        path = os.path.join(options.bin, program)
        expect(f"{program} {flag} 0", status(path, flag, "0"), 2)
        expect(f"{program} {flag} 1K", status(path, flag, "1K", *others), 0)
    with servers.Server([os.path.join(options.bin, "raw_sink"), "--listen", "127.0.0.1:0",
                         "--json"]) as server:
        expect("an address in use", status(os.path.join(options.bin, "raw_echo"), "--listen",
                                           server.address()), 1)
        server.stop()
    expect("compare without flags", status(os.path.join(BENCH, "compare")), 2)
    expect("compare of actors by a field",
           status(os.path.join(BENCH, "compare"), "--actors", "--field", "seconds"), 2)


def compare(_):
    def line(value):
        return "echo '" + json.dumps({"type": "summary", "cost": {"total": value}}) + "'"

    with tempfile.TemporaryDirectory() as directory:
        command = [os.path.join(BENCH, "compare"), "--a", line(3), "--b", line(2), "--field",
                   "cost.total", "--pairs", "3", "--out", directory, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT)
        expect("compare", done.returncode, 0)
        result = pairs.last_summary(done.stdout, "compare")
        expect("compare's ratios", [result[key] for key in (
            "ratio_q1", "ratio_median", "ratio_q3", "self_ratio")], [1.5, 1.5, 1.5, 1.0])
        expect("compare's figures", (result["a"], result["b"]), ([3.0] * 3, [2.0] * 3))
        with open(os.path.join(directory, "compare.json"), encoding="utf-8") as file:
            expect("compare.json", json.load(file), result)
        xml.etree.ElementTree.parse(os.path.join(directory, "compare.svg"))
        command[command.index(line(3))] = "echo told >&2; exit 3"
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT)
        expect("compare with a command that fails", (done.returncode, "told" in done.stderr),
               (1, True))


def compare_actors(*flags):
    """What compare --actors prints as JSON: its summary; else its lines."""
    command = [os.path.join(BENCH, "compare"), "--actors", "--self-pairs", "1", *flags]
    # It runs up to four programs of ours, each of which has the limit for itself.
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=4 * LIMIT)
    expect(f"{' '.join(command)}: {done.stderr}", done.returncode, 0)
    if "--json" in flags:
        return pairs.last_summary(done.stdout, "compare --actors")
    return [" ".join(line.split()) for line in done.stdout.splitlines()]


def actors_table(options):
    """The rows of programs whose figures are known: which bars they reach and which they miss."""
    def pretend(directory, program, **figures):
        path = os.path.join(directory, program)
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho '" + json.dumps({"type": "summary", **figures}) + "'\n")
        os.chmod(path, 0o755)
        return path

    with tempfile.TemporaryDirectory() as directory:
        where = ("--bin", directory, "--pairs", "3")
        pretend(directory, "bench_actors", engine="iapp", ns_median=10, bytes_per_actor=170,
                line_ns_after=54, line_class="smt")
        caf = pretend(directory, "caf_actors", engine="caf-0", ns_median=250,
                      bytes_per_actor=1700)
        seen = compare_actors(*where, "--out", directory, "--json")
        expect("the table's bars", {row["case"]: row["met"] for row in seen["cases"]},
               {"ping": True, "ring": None, "fan_in": True, "broadcast": False, "ask": True,
                "spawn": True, "memory": False})
        expect("the table's line", seen["line_class"], "smt")
        xml.etree.ElementTree.parse(os.path.join(directory, "broadcast.svg"))
        lines = compare_actors(*where)
        expect("a row with a bar by ratio", lines[2],
               "| ping | 10.0 | 250 | 25.0 (25.0 to 25.0) | 20 times, met | 8 | ns a message |")
        expect("a row with a bar of its own", lines[-1],
               "| memory | 170 | 1,700 | 10.0 (10.0 to 10.0) | at most 160, missed | | "
               "bytes an actor |")
        os.remove(caf)
        seen = compare_actors(*where, "--case", "ping", "--case", "memory", "--json")
        expect("the table without a peer",
               [(row["case"], row["median"], row["met"]) for row in seen["cases"]],
               [("ping", 10, None), ("memory", 170, False)])
    seen = compare_actors("--bin", options.bin, "--pairs", "1", "--repeats", "1", "--count",
                          "5000", "--case", "ask", "--json")
    expect("the table of ask", [(row["case"], row["median"] > 0) for row in seen["cases"]],
           [("ask", True)])


def scripts(options):
    for script, work in (("sink/bench_sink", ["--bytes", "1M"]),
                         ("echo/bench_echo", ["--requests", "800"])):
        command = [os.path.join(BENCH, script), "--self", "--bin", options.bin, "--conns", "8",
                   "--pairs", "2", "--self-pairs", "1", "--seconds", "0", "--json"] + work
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT)
        expect(f"{script}: {done.stderr}", done.returncode, 0)
        expect(f"{script}: pairs", len(pairs.last_summary(done.stdout, script)["a"]), 2)


def message_case(options, case, *flags):
    """A case at a tiny size: its summary, with all fields that it must have."""
    command = [os.path.join(options.bin, "bench_messages"), "--case", case, "--repeats", "3",
               "--json", *flags]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, timeout=LIMIT)
    expect(f"{' '.join(command)}: {done.stderr}", done.returncode, 0)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    summary = lines[-1]
    missing = [field for field in (
        "type program version engine workers seconds cpu_seconds ok errors case ns_median ns_min "
        "ns_max raw_ns_median ratio_median line_ns_before line_ns_after checksum allocations wakes "
        "sleeps posted ran cancelled dropped sent delivered dead_letters ops_started ops_ended "
        "fds_left buffers_left").split() if field not in summary]
    expect(f"{case}: missing fields", missing, [])
    expect(f"{case}: what it is", (summary["type"], summary["program"], summary["case"],
                                   summary["ok"]), ("summary", "bench_messages", case, True))
    expect(f"{case}: checksum", summary["checksum"], summary["checksum_expected"])
    expect(f"{case}: dead letters", summary["sent"] - summary["delivered"],
           sum(summary["dead_letters"].values()))
    expect(f"{case}: operations, descriptors and buffers left",
           (summary["ops_started"] - summary["ops_ended"], summary["fds_left"],
            summary["buffers_left"]), (0, 0, 0))
    expect(f"{case}: posts", summary["posted"],
           summary["ran"] + summary["cancelled"] + summary["dropped"])
    return summary


def messages(options):
    count = 5000
    for case, flags in (("flow", ["--payload", "16"]), ("flow", ["--payload", "48"]),
                        ("flow", ["--payload", "256"]), ("fan_in", ["--producers", "10"]),
                        ("local", []), ("local", ["--payload", "1K"])):
        seen = message_case(options, case, "--count", str(count), *flags)
        expect(f"{case} {flags}: handled", seen["handled"], count)
    seen = message_case(options, "broadcast", "--count", str(count), "--subscribers", "50")
    expect("broadcast: published, deliveries, expected",
           (seen["published"], seen["deliveries"], seen["expected"]), (count // 50, count, count))
    for case in ("wake", "spin"):
        message_case(options, case, "--count", "200")
    # And the callback that ends the run.
    seen = message_case(options, "post", "--count", str(count))
    expect("post: ran and cancelled", (seen["ran"], seen["cancelled"]), (count + 1, 0))
    seen = message_case(options, "cancel", "--count", str(count))
    expect("cancel: posted", seen["posted"], count + 1)


def actors(options):
    for case, flags in (("ping", []), ("ring", ["--actors", "10"]), ("fan_in", ["--actors", "10"]),
                        ("broadcast", ["--actors", "50"]), ("ask", []),
                        ("spawn", ["--actors", "100"]), ("memory", ["--actors", "5000"])):
        command = [os.path.join(options.bin, "bench_actors"), "--case", case, "--count", "5000",
                   "--repeats", "2", "--json", *flags]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=LIMIT)
        expect(f"{' '.join(command)}: {done.stderr}", done.returncode, 0)
        summary = json.loads(done.stdout.splitlines()[-1])
        expect(f"{case}: what it is", (summary["program"], summary["case"], summary["ok"]),
               ("bench_actors", case, True))
        expect(f"{case}: handled", summary["handled"], 5000)
        expect(f"{case}: checksum", summary["checksum"], summary["checksum_expected"])
        expect(f"{case}: dead letters", summary["sent"], summary["delivered"])
        expect(f"{case}: bytes_per_actor", summary["bytes_per_actor"] > 0, case == "memory")
        if case == "broadcast":
            expect("broadcast: published, deliveries, expected",
                   (summary["published"], summary["deliveries"], summary["expected"]),
                   (100, 5000, 5000))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, metavar="DIR")
    options = parser.parse_args()
    for part in (sink, echo, usage, messages, actors, compare, actors_table, scripts):
        part(options)
        print(f"bench_smoke: {part.__name__} ok", flush=True)


if __name__ == "__main__":
    servers.run_main("bench_smoke", main)

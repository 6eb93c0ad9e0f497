#!/usr/bin/env python3
"""iapp-selftest: its verdicts on this kernel, and the shape of what it prints.

    selftest_test.py --bin build/release/bin

IAPP_TEST_SLOW multiplies the program's limits, and ours with them.
"""

import argparse
import json
import os
import signal
import subprocess
import sys

SLOW = max(1, int(os.environ.get("IAPP_TEST_SLOW", "1")))
LIMIT = 120 * SLOW
CHECK_KEYS = {"type", "name", "expected", "seen", "verdict", "advice"}
SUMMARY_KEYS = {"type", "program", "version", "ok", "passed", "failed", "skipped", "seconds",
                "cpu_seconds", "errors", "engine", "workers"}


def expect(what, seen, wanted):
    if seen != wanted:
        sys.exit(f"selftest_test: {what}: expected {wanted}, saw {seen}")


class Program:
    def __init__(self, folder):
        self.path = os.path.join(folder, "iapp-selftest")

    def run(self, *flags):
        return subprocess.run([self.path, *flags], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False, timeout=LIMIT)

    def objects(self, *flags):
        done = self.run("--json", *flags)
        seen = [json.loads(line) for line in done.stdout.splitlines()]
        failures = [entry for entry in seen if entry.get("verdict") == "fail"]
        expect(f"failed checks, {done.stderr}", failures, [])
        expect("exit status", done.returncode, 0)
        return seen


def listing(program):
    names = [line.split()[0] for line in program.run("--list").stdout.splitlines()]
    expect("a list of some length", len(names) > 20, True)
    expect("names are unique", len(set(names)), len(names))
    listed = program.objects("--list")
    expect("--list --json", [entry["name"] for entry in listed], names)
    expect("its types", {entry["type"] for entry in listed}, {"listed"})
    return names


def all_checks(program, names):
    *checks, summary = program.objects()
    expect("a check for each name of the list", [check["name"] for check in checks], names)
    for check in checks:
        expect("the keys of a check", set(check), CHECK_KEYS)
        expect("the type of a check", check["type"], "check")
        texts = {key: isinstance(value, str) and value != "" for key, value in check.items()}
        expect(f"texts of {check['name']}", all(texts.values()), True)
        expect(f"verdict of {check['name']}", check["verdict"] in ("pass", "skip"), True)
    expect("the keys of the summary", set(summary), SUMMARY_KEYS)
    verdicts = [check["verdict"] for check in checks]
    expect("passed, failed, skipped", [summary[key] for key in ("passed", "failed", "skipped")],
           [verdicts.count(verdict) for verdict in ("pass", "fail", "skip")])
    expect("the summary", {key: summary[key] for key in (
        "type", "program", "ok", "errors", "engine", "workers")},
           {"type": "summary", "program": "iapp-selftest", "ok": True, "errors": {},
            "engine": "none", "workers": 0})


def chosen(program, names):
    last, first = names[-1], names[0]
    *checks, summary = program.objects("--only", last, "--only", first)
    expect("--only, in the list's order", [check["name"] for check in checks], [first, last])
    expect("--only, counted", summary["passed"] + summary["skipped"], 2)
    done = program.run("--only", first)
    expect("--only without --json", done.returncode, 0)
    expect("no colours away from a terminal", "\033" in done.stdout, False)
    verdict, name = done.stdout.split()[:2]
    expect("a line for people", (verdict in ("pass", "skip"), name), (True, first))


def usage(program):
    for flags, status in ((("--help",), 0), (("--version",), 0), (("--no-such-flag",), 2),
                          (("--only",), 2), (("--only", "no.such.check"), 2),
                          (("--list", "--only", "no.such.check"), 2)):
        expect(" ".join(flags), program.run(*flags).returncode, status)
    done = program.run("--json", "--only", "no.such.check")
    expect("an unknown name", (done.stdout, "no.such.check" in done.stderr), ("", True))


def interrupted(program):
    with subprocess.Popen([program.path, "--json"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True) as running:
        lines = [running.stdout.readline()]  # it has begun
        running.send_signal(signal.SIGTERM)
        lines += running.communicate(timeout=LIMIT)[0].splitlines()
    summary = json.loads(lines[-1])
    expect("a summary after SIGTERM", (summary["type"], summary["ok"], summary["errors"]),
           ("summary", False, {"interrupted": 1}))
    expect("status after SIGTERM", running.returncode, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=os.environ.get("IAPP_BIN"), metavar="DIR",
                        help="folder of the programs (default: $IAPP_BIN)")
    options = parser.parse_args()
    if not options.bin:
        parser.error("--bin or IAPP_BIN is needed")
    program = Program(options.bin)
    names = listing(program)
    all_checks(program, names)
    chosen(program, names)
    usage(program)
    interrupted(program)
    print(f"selftest_test: {len(names)} checks ok")


main()

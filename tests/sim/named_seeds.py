#!/usr/bin/env python3
"""Plays the seeds by which the simulated world found bugs, as NAMED_SEEDS.md lists them: none may
fail again."""

import argparse
import pathlib
import re
import subprocess
import sys

TABLE = pathlib.Path(__file__).resolve().parent / "NAMED_SEEDS.md"
ROW = re.compile(r"^\| `(\w+)` \| `(\w+)` \| (\d+) \|", re.MULTILINE)
LIMIT = 60  # seconds for one, of which none takes more than a part of one


def play(program, scenario, seed):
    """What it said when it failed, or nothing."""
    done = subprocess.run([program, "--scenario", scenario, "--seed", seed], timeout=LIMIT,
                          capture_output=True, text=True)
    return "" if done.returncode == 0 else f"{done.stdout}{done.stderr}ended with {done.returncode}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split(":", maxsplit=1)[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True, metavar="DIR",
                        help="where sim_scenarios is")
    program = parser.parse_args().bin / "sim_scenarios"
    rows = ROW.findall(TABLE.read_text())
    if not rows:
        sys.exit("named_seeds: the table is empty")
    failed = 0
    for name, scenario, seed in rows:
        wrong = play(program, scenario, seed)
        failed += 1 if wrong else 0
        print(f"{name}: {scenario}, seed {seed}: {wrong or 'passed'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

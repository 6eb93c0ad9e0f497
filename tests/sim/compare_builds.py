#!/usr/bin/env python3
"""Plays the same seeds with two builds of sim_scenarios, of two compilers for instance: each must
do the same with both. Exits 1 when one does not."""

import argparse
import itertools
import pathlib
import re
import subprocess
import sys

RESULT = re.compile(r"(\w+) (\d+) ([0-9a-f]{16})$")


def results(program, args):
    """The event hash of each (scenario, seed), and what was said of those that failed."""
    wanted = ["--hash", "--seed", str(args.seed), "--seeds", str(args.seeds)]
    if args.scenario:
        wanted += ["--scenario", args.scenario]
    done = subprocess.run([program.resolve(), *wanted], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"compare_builds: {program} ended with {done.returncode}\n{done.stderr}")
    hashes = {}
    failures = []
    for line in done.stdout.splitlines():
        found = RESULT.match(line)
        if found:
            hashes[found[1], int(found[2])] = found[3]
        elif "replay" not in line and ": seeds " not in line:
            failures.append(line)
    return hashes, failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split(":", maxsplit=1)[0])
    parser.add_argument("program", type=pathlib.Path, help="sim_scenarios of one build")
    parser.add_argument("other", type=pathlib.Path, help="sim_scenarios of another build")
    parser.add_argument("--scenario", metavar="NAME", help="only this one")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the first; 1")
    parser.add_argument("--seeds", type=int, default=200, metavar="K", help="how many; 200")
    args = parser.parse_args()
    one, one_failed = results(args.program, args)
    other, other_failed = results(args.other, args)
    differ = sorted(each for each in one.keys() | other.keys() if one.get(each) != other.get(each))
    for line in itertools.chain(one_failed, other_failed):
        print(line)
    for scenario, group in itertools.groupby(differ, key=lambda each: each[0]):
        seeds = [str(seed) for _, seed in group]
        more = " ..." if len(seeds) > 10 else ""
        print(f"{scenario}: {len(seeds)} seeds do something else: {' '.join(seeds[:10])}{more}")
    print(f"{len(one)} seeds, {len(differ)} differ")
    same = one_failed == other_failed and not differ
    return 0 if same and one else 1


if __name__ == "__main__":
    sys.exit(main())

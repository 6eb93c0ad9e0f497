#!/usr/bin/env python3
"""Plants bugs in the library, one after the other, and looks whether the simulated world sees them.

Each is planted in a copy of the tree, sim_scenarios is built there, and the scenario that is to
catch it plays seed after seed. Exits 1 when a bug survived, or when the tree itself fails a seed
that caught one. What the compiler's launcher is to be, the environment says
(CMAKE_CXX_COMPILER_LAUNCHER).
"""

import argparse
import os
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

from mutant_list import MUTANTS  # noqa: E402

SCENARIOS = sorted({mutant.scenario for mutant in MUTANTS})
CLEAN_SEEDS = 20  # of each scenario, before anything is planted


def complaints():
    """What is wrong with the list: a text that is not in the tree, or a row that is missing."""
    table = (HERE / "MUTANTS.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    for mutant in MUTANTS:
        times = (ROOT / mutant.file).read_text().count(mutant.old)
        if times != 1:
            yield f"{mutant.name}: its text occurs {times} times in {mutant.file}, not once"
        if rows.count(mutant.name) != 1:
            yield f"{mutant.name}: MUTANTS.md has {rows.count(mutant.name)} rows for it, not one"
    for name in set(rows) - {mutant.name for mutant in MUTANTS}:
        yield f"{name}: MUTANTS.md names it, the list does not"


class Copy:
    """A copy of the tree, with a build folder of its own."""

    def __init__(self, work, jobs):
        self.tree = work / "tree"
        self.build_folder = work / "build"
        self.program = self.build_folder / "bin" / "sim_scenarios"
        self.clean_program = work / "sim_scenarios.clean"
        self.jobs = jobs

    def prepare(self):
        """Makes the copy, or makes one that is there the same as the tree."""
        names = subprocess.run(
            ["find", ".", "-name", ".git", "-prune", "-o", "-path", "./build", "-prune", "-o",
             "-name", "__pycache__", "-prune", "-o", "-type", "f", "-print"],
            cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
        wanted = {pathlib.Path(name) for name in names if name}
        for name in wanted:
            text = (ROOT / name).read_bytes()
            copy = self.tree / name
            if not copy.exists() or copy.read_bytes() != text:
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(text)
        for copy in [each for each in self.tree.rglob("*") if each.is_file()]:
            if copy.relative_to(self.tree) not in wanted:
                copy.unlink()
        subprocess.run(
            ["cmake", "-S", self.tree, "-B", self.build_folder, "-G", "Ninja",
             "-DCMAKE_CXX_FLAGS=-O1", "-DIAPP_UNITY=ON", "-DIAPP_PRECOMPILE=ON"],
            check=True, stdout=subprocess.DEVNULL)

    def build(self):
        """What the compiler said, or nothing when it was content."""
        done = subprocess.run(
            ["nice", "-n", "10", "cmake", "--build", self.build_folder, "--target",
             "sim_scenarios", "--", f"-j{self.jobs}"], capture_output=True, text=True)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def plant(self, mutant):
        place = self.tree / mutant.file
        text = place.read_text()
        if text.count(mutant.old) != 1:
            sys.exit(f"mutants: the text of {mutant.name} is not once in {mutant.file}")
        place.write_text(text.replace(mutant.old, mutant.new))

    def restore(self, mutant):
        shutil.copyfile(ROOT / mutant.file, self.tree / mutant.file)


def lines_of(process):
    """The lines that a process writes, as a queue; at its end None."""
    lines = queue.Queue()

    def read():
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines


def play(program, scenario, first, seeds, limits):
    """(seed, how) of the first seed that fails, or (0, why) when none does."""
    process = subprocess.Popen(
        ["nice", "-n", "10", program, "--scenario", scenario, "--seed", str(first), "--seeds",
         str(seeds), "--hash"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    lines = lines_of(process)
    over = time.monotonic() + limits.run
    seed = first
    try:
        while True:
            left = over - time.monotonic()
            if left <= 0:
                return 0, f"SURVIVED {seed - first} seeds, all that {limits.run} s had time for"
            try:
                line = lines.get(timeout=min(limits.seed, left))
            except queue.Empty:
                if left >= limits.seed:
                    return seed, f"no end within {limits.seed} s"
                continue
            if line is None:
                code = process.wait()
                if code != 0:
                    return seed, f"it ended with {code}"
                return 0, f"SURVIVED {seeds} seeds"
            if re.match(rf"{scenario} \d+ [0-9a-f]{{16}}$", line):
                seed += 1
            elif line.startswith(f"{scenario}: ") and not line.startswith(f"{scenario}: seeds "):
                return seed, line.split(": ", 1)[-1].strip()
    finally:
        process.kill()
        process.wait()


class Limits:
    def __init__(self, seed, run):
        self.seed = seed
        self.run = run


def check_clean(copy, scenario, first, seeds, limits):
    seed, how = play(copy.clean_program, scenario, first, seeds, limits)
    if seed:
        print(f"the tree itself fails: {scenario}, seed {seed}: {how}", flush=True)
    return seed == 0


def judge(copy, mutant, seeds, limits):
    """Plants one and plays; True: it was caught, and only because of it."""
    began = time.monotonic()
    copy.plant(mutant)
    try:
        wrong = copy.build()
        if wrong:
            print(f"{mutant.name}: does not compile\n{wrong}", flush=True)
            return False
        built = time.monotonic()
        seed, how = play(copy.program, mutant.scenario, 1, seeds, limits)
    finally:
        copy.restore(mutant)
    took = f"({built - began:.0f} s to build, {time.monotonic() - built:.0f} s to play)"
    if not seed:
        print(f"{mutant.name}: {how} of {mutant.scenario} {took}", flush=True)
        return False
    print(f"{mutant.name}: caught at seed {seed} of {mutant.scenario}: {how} {took}", flush=True)
    return seed <= CLEAN_SEEDS or check_clean(copy, mutant.scenario, seed, 1, limits)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--list", action="store_true", help="the bugs, and nothing else")
    parser.add_argument("--check", action="store_true",
                        help="only whether the text of each occurs once, and MUTANTS.md has it")
    parser.add_argument("--only", action="append", metavar="NAME", help="this one; may be repeated")
    parser.add_argument("--seeds", type=int, default=1000, metavar="N", help="at most; 1000")
    parser.add_argument("--seed-limit", type=int, default=30, metavar="S",
                        help="a seed that takes longer, in seconds, counts as a hang; 30")
    parser.add_argument("--limit", type=int, default=900, metavar="S",
                        help="for all seeds of one bug, in seconds; 900")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="J",
                        help="compilers at a time")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build" / "mutants",
                        metavar="DIR", help="where the copy is made and kept; build/mutants")
    return parser.parse_args()


def main():
    args = parse()
    if args.list:
        for mutant in MUTANTS:
            print(f"{mutant.name} ({mutant.scenario}) {mutant.file}: {mutant.breaks}")
        return 0
    wrong = list(complaints())
    if wrong or args.check:
        print("\n".join(wrong) or f"all {len(MUTANTS)} can be planted")
        return 1 if wrong else 0
    chosen = [each for each in MUTANTS if args.only is None or each.name in args.only]
    if args.only is not None and len(chosen) != len(set(args.only)):
        sys.exit("mutants: there is none of such a name; --list tells the names")
    limits = Limits(args.seed_limit, args.limit)
    copy = Copy(args.work.resolve(), args.jobs)
    copy.prepare()
    wrong = copy.build()
    if wrong:
        sys.exit("mutants: the tree itself does not compile\n" + wrong)
    shutil.copy2(copy.program, copy.clean_program)
    ok = all([check_clean(copy, scenario, 1, CLEAN_SEEDS, limits)
              for scenario in SCENARIOS if scenario in {each.scenario for each in chosen}])
    caught = sum(judge(copy, mutant, args.seeds, limits) for mutant in chosen)
    print(f"{caught} of {len(chosen)} were caught")
    return 0 if ok and caught == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Compiles files of this folder, each of which must fail with one error: the sentence after
`// error: ` in its first line. Where a second line `// names: a, b` follows, some line of the
compiler's output names both. A file that promises no error must compile.

compile_fail_test.py --compiler CXX --flags FLAGS FILE…
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).parent


def precompiled(folder: pathlib.Path, files: list[pathlib.Path], command: list[str]) -> list[str]:
    """What the files include, compiled once: by far the most of the work. The flags that use it."""
    lines = {line for file in files for line in file.read_text(encoding="utf-8").splitlines()
             if line.startswith("#include <iapp/")}
    header = folder / "all.hpp"
    header.write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
    subprocess.run([*command, "-x", "c++-header", str(header), "-o", f"{header}.gch"], check=True)
    return ["-include", str(header)]


def faults(file: pathlib.Path, command: list[str]) -> list[str]:
    """What is wrong with what the compiler says of a file."""
    done = subprocess.run(
        [*command, "-fsyntax-only", file.name],
        cwd=FOLDER, env={**os.environ, "LC_ALL": "C"}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
        timeout=120, check=False)
    lines = done.stdout.splitlines()
    first, second = file.read_text(encoding="utf-8").splitlines()[:2]
    if not first.startswith("// error: "):
        return [] if done.returncode == 0 else ["it does not compile:", *lines]

    found = []
    errors = [line for line in lines if re.search(r"\berror: ", line)]
    sentence = first.removeprefix("// error: ")
    if done.returncode == 0:
        found.append("it compiles")
    elif len(errors) != 1:
        found.append(f"{len(errors)} errors and not one")
    if not any(sentence in error for error in errors):
        found.append(f"no error says: {sentence}")
    if second.startswith("// names: "):
        names = second.removeprefix("// names: ").split(", ")
        if not any(all(re.search(rf"\b{name}\b", line) for name in names) for line in lines):
            found.append(f"no line names {' and '.join(names)}")
    return [*found, *lines] if found else []


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", help="as all scripts get it; not used")
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--flags", required=True)
    parser.add_argument("files", nargs="+", metavar="FILE")
    args = parser.parse_args()

    files = [FOLDER / name for name in args.files]
    command = [args.compiler, *shlex.split(args.flags)]
    with tempfile.TemporaryDirectory() as folder:
        command += precompiled(pathlib.Path(folder), files, command)
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            outcomes = list(pool.map(lambda file: faults(file, command), files))
    for file, found in zip(files, outcomes):
        print(f"{file.name}: {found[0] if found else 'as it should be'}")
        for line in found[1:]:
            print(f"    {line}")
    return 1 if any(outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())

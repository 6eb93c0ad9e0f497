#!/usr/bin/env python3
"""What documents show of the code: a block behind `<!-- FILE -->` is a part of that file."""

import argparse
import os
import re
import sys

BLOCK = re.compile(r"<!-- (\S+) -->\n```cpp\n(.*?)```\n", re.DOTALL)
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as stream:
        return stream.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", help="not needed")
    parser.parse_args()
    blocks = 0
    wrong = 0
    for name in sorted(os.listdir(os.path.join(ROOT, "docs"))):
        if not name.endswith(".md"):
            continue
        for file, code in BLOCK.findall(read(os.path.join("docs", name))):
            blocks += 1
            if code not in read(file):
                wrong += 1
                print(f"docs/{name} shows what is not in {file}:\n{code}")
    print(f"{blocks} blocks, {wrong} wrong")
    return 1 if wrong or not blocks else 0


if __name__ == "__main__":
    sys.exit(main())

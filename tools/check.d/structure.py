#!/usr/bin/env python3
"""Checks the structure of the tree; CONTRIBUTING.md has the rules.

usage: structure.py [--root DIR] [--no-headers]
Prints every place that breaks a rule and the median file size. Exits 1 if there is such a place.
"""

import argparse
import os
import statistics
import sys

import headers
import rules
import system_calls
import tree


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", default=os.path.join(here, "..", ".."))
    parser.add_argument("--no-headers", action="store_true", help="compile no headers (quick)")
    options = parser.parse_args()

    root = os.path.abspath(options.root)
    files = tree.read_tree(root)
    findings = [f for rule in rules.ALL for f in rule(files)]
    findings += system_calls.system_calls(files)
    if not options.no_headers:
        findings += headers.headers(files, root, os.environ.get("CXX", "c++"))
    for finding in findings:
        print(finding)

    lines = [len(f.lines) for f in files if f.is_source]
    median = statistics.median(lines) if lines else 0
    longest = max(lines, default=0)
    print(f"structure: {len(findings)} findings; {len(lines)} sources, "
          f"median {median:g} lines, longest {longest}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

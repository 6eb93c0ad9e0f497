"""Makes a source of the C++ blocks of a document: extract.py DOCUMENT SOURCE.

Lines keep their numbers, so a compiler complains about the document.
"""

import pathlib
import sys


def extract(document: pathlib.Path) -> str:
    lines = []
    inside = False
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        if line == "```cpp":
            inside = True
            lines.append(f'#line {number + 1} "{document.name}"')
        elif line == "```":
            inside = False
        elif inside:
            lines.append(line)
    if not lines:
        sys.exit(f"{document}: no block of C++")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    pathlib.Path(sys.argv[2]).write_text(extract(pathlib.Path(sys.argv[1])), encoding="utf-8")

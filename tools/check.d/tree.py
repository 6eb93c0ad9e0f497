"""The files of the tree and what a rule needs to know of each: its module and its text."""

import os
import re

MODULES = ["mailbox", "reactor", "diskio", "actors", "testing"]
CONSUMERS = ["bench", "tests", "tools", "examples"]
SOURCE = re.compile(r"\.(hpp|cpp|h|c)$")


class File:
    """One text file: `path` relative to the root, with forward slashes, and its lines."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.splitlines()
        self.top = path.split("/")[0]
        self.is_source = bool(SOURCE.search(path))
        self.is_header = path.endswith((".hpp", ".h"))
        self.is_python = path.endswith(".py") or self._runs_with("python")
        self.is_shell = path.endswith(".sh") or self._runs_with("sh")
        self.is_cmake = path.endswith(("CMakeLists.txt", ".cmake"))

    def _runs_with(self, program):
        return bool(self.lines) and re.match(rf"#!.*\b(ba)?{program}", self.lines[0]) is not None

    @property
    def is_code(self):
        return self.is_source or self.is_python or self.is_shell or self.is_cmake


class Finding:
    """A place that breaks a rule."""

    def __init__(self, file, line, rule, message):
        self.place = f"{file.path}:{line}"
        self.rule = rule
        self.message = message

    def __str__(self):
        return f"{self.place}: {self.message} [{self.rule}]"


def read_tree(root):
    """Every text file below root but for build/ and what is hidden at the top (save .ci)."""
    files = []
    for folder, subfolders, names in os.walk(root):
        here = os.path.relpath(folder, root)
        if here == ".":
            subfolders[:] = [d for d in subfolders if d == ".ci" or not hidden(d)]
        subfolders[:] = sorted(d for d in subfolders if d != "__pycache__")
        for name in sorted(names):
            path = os.path.normpath(os.path.join(here, name))
            if os.path.islink(os.path.join(root, path)):
                continue
            try:
                with open(os.path.join(root, path), encoding="utf-8") as stream:
                    files.append(File(path, stream.read()))
            except UnicodeDecodeError:
                continue  # a picture
    return files


def hidden(folder):
    return folder == "build" or folder.startswith(".")

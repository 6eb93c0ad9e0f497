"""Each header compiles alone: whoever includes it needs to include nothing before it."""

import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

from tree import MODULES, Finding

FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-x", "c++", "-"]
DEFINITIONS = ["-DFMT_HEADER_ONLY=1", '-DIAPP_VERSION="0"']
# Headers of mechanisms that the other system lacks; the build there compiles them.
ELSEWHERE = re.compile(
    "kqueue|freebsd" if sys.platform.startswith("linux") else "epoll|io_uring|linux"
)
# Headers of programs on other libraries, which need not be there.
OPTIONAL = re.compile(r"bench/peers/")


def headers(files, root, compiler):
    """Compiles every header, two at a time."""
    headers_here = [f for f in files if f.is_header and not ELSEWHERE.search(f.path)]
    todo = [f for f in headers_here if not OPTIONAL.match(f.path)]
    with tempfile.TemporaryDirectory() as folder:
        command = [compiler, *FLAGS, *DEFINITIONS, *include_flags(root, folder)]
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            outcomes = pool.map(lambda f: compile_alone(command, root, f.path), todo)
            for file, message in zip(todo, outcomes):
                if message:
                    yield Finding(file, 1, "header", f"does not compile alone\n{message}")


def include_flags(root, folder):
    """The include folders of the build: <iapp/…> through links, programs' own from above."""
    links = os.path.join(folder, "iapp")
    os.mkdir(links)
    for name in [*MODULES, "iapp.hpp", "sim.hpp", "testing.hpp"]:
        if os.path.exists(os.path.join(root, name)):
            os.symlink(os.path.join(root, name), os.path.join(links, name))
    flags = ["-I", folder, "-I", os.path.join(root, "tests")]
    for name in ["bench", "tools", "examples"]:
        flags += ["-iquote", os.path.join(root, name)]
    if not sys.platform.startswith("linux"):
        flags += ["-isystem", "/usr/local/include"]
    return flags


def compile_alone(command, root, path):
    """The compiler's first lines of complaint, or nothing."""
    source = f'#include "{os.path.join(root, path)}"\n'
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    lines = done.stderr.splitlines()
    return "\n".join(lines[:12]) or f"exit status {done.returncode}"

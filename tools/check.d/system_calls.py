"""Who may call the operating system: reactor/os, the engines' folders, and a few programs."""

import re

import lexer
from rules import includes
from tree import MODULES, Finding

# The tests of the modules that own this border put plain sockets and files at the other end.
MAY_CALL = re.compile(
    r"reactor/(os|kqueue|epoll|poll|io_uring)/"
    r"|diskio/\w+/"
    r"|tests/(reactor|diskio|support)/"
    r"|bench/(raw|peers)/|bench/harness/allocations_glibc|tools/selftest/"
)

# What C++20 offers. <csignal> for the names of signals only, see below.
STANDARD = set(
    """
    algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv
    chrono cinttypes climits clocale cmath codecvt compare complex concepts condition_variable
    coroutine csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar
    cwctype deque exception execution expected filesystem format forward_list fstream functional
    future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list
    locale map memory memory_resource mutex new numbers numeric optional ostream queue random
    ranges ratio regex scoped_allocator semaphore set shared_mutex source_location span sstream
    stack stdexcept streambuf string string_view syncstream system_error thread tuple
    type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant vector
    version
    """.split()
)
NO_SYSTEM = ("iapp/", "support/", "boost/", "doctest/", "CLI/", "fmt/")
# Declares what a sanitizer is told; no system has a part in it.
TOLERATED = {"sanitizer/asan_interface.h", "sanitizer/tsan_interface.h"}

SIGNAL_CALL = re.compile(r"\bstd::(signal|raise)\b")
GLOBAL_CALL = re.compile(r"(?<![\w>:])::\s*(?!new\b|delete\b|operator\b)([a-z_]\w*)\s*\(")
# The clock, randomness and sleeping are verbs of the engine, so that a test can replay them.
HIDDEN_CALL = re.compile(
    r"\b(?:steady|system|high_resolution)_clock::now\b"
    r"|\bstd::random_device\b|\bthis_thread::sleep_\w+"
)


def system_calls(files):
    for file in files:
        if not file.is_source or MAY_CALL.match(file.path):
            continue
        for number, kind, name in includes(file):
            if kind == "<" and is_system_header(name):
                yield Finding(file, number, "system", f"<{name}>: only reactor/os and engines")
        bare = lexer.without_comments_and_strings(file.text)
        for number, line in enumerate(bare.splitlines(), 1):
            for match in GLOBAL_CALL.finditer(line):
                message = f"::{match.group(1)}(): only reactor/os and engines"
                yield Finding(file, number, "system", message)
            if SIGNAL_CALL.search(line):
                yield Finding(file, number, "system", "signals are the reactor's")
            hidden = HIDDEN_CALL.search(line) if file.top in MODULES else None
            if hidden:
                yield Finding(file, number, "system", f"{hidden.group()}: take it as a parameter")


def is_system_header(name):
    return not (name in STANDARD or name in TOLERATED or name.startswith(NO_SYSTEM))

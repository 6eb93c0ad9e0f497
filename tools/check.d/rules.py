"""Rules on the text of files; each takes the list of files and yields what breaks it."""

import ast
import re

import lexer
from tree import CONSUMERS, MODULES, Finding

MAX_FILE_LINES = 500
MAX_EXAMPLE_LINES = 119
MAX_FUNCTION_LINES = 70
MAX_COLUMNS = 100

INCLUDE = re.compile(r"^\s*#\s*include\s*([<\"])([^>\"]+)[>\"]")


def includes(file):
    """(line, "<" or a quote, name) of every #include."""
    for number, line in enumerate(file.lines, 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def arrows(files):
    """mailbox <- reactor <- diskio <- actors <- testing <- bench, tests, tools, examples."""
    for file in files:
        if not file.is_source or file.top not in MODULES:
            continue
        allowed = MODULES[: MODULES.index(file.top) + 1]
        for number, kind, name in includes(file):
            if kind == '"':
                yield Finding(file, number, "arrows", f'"{name}": write <iapp/{file.top}/…>')
            elif name.startswith("iapp/") and name.split("/")[1] not in allowed:
                yield Finding(file, number, "arrows", f"{file.top} must not know of <{name}>")
            elif name.split("/")[0] in CONSUMERS:
                yield Finding(file, number, "arrows", f"{file.top} must not know of <{name}>")


MARKS = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")


def text(files):
    """No marks for later, no tabs, no long lines, no blanks at line ends."""
    for file in files:
        for number, line in enumerate(file.lines, 1):
            mark = MARKS.search(line)
            if mark:
                yield Finding(file, number, "marks", f"{mark.group()}: do it, or open an issue")
            if "\t" in line:
                yield Finding(file, number, "tabs", "a tab")
            if file.is_code and len(line) > MAX_COLUMNS:
                yield Finding(file, number, "columns", f"{len(line)} columns, not {MAX_COLUMNS}")
            if file.is_code and line != line.rstrip():
                yield Finding(file, number, "blanks", "blanks at the end of the line")


def sizes(files):
    """Files and functions that have become too long to be read at once."""
    for file in files:
        if not file.is_code:
            continue
        most = MAX_EXAMPLE_LINES if file.top == "examples" else MAX_FILE_LINES
        if len(file.lines) > most:
            message = f"{len(file.lines)} lines, not {most}"
            yield Finding(file, 1, "file-size", message)
        for name, line, length in functions(file):
            if length > MAX_FUNCTION_LINES:
                message = f"{name} has {length} lines, not {MAX_FUNCTION_LINES}"
                yield Finding(file, line, "function-size", message)


def functions(file):
    """(name, first line, lines) of the functions of a C++ or Python file."""
    if file.is_source:
        for found in lexer.Scan(file.text).functions:
            yield found.name, found.first_line, found.length
    elif file.is_python:
        for node in ast.walk(ast.parse(file.text)):
            if isinstance(node, ast.FunctionDef):
                yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def conditionals(files):
    """One small file for each mechanism, chosen by CMake: no #if inside a function."""
    for file in files:
        if file.is_source:
            for line in lexer.Scan(file.text).conditionals_in_functions:
                yield Finding(file, line, "conditionals", "#if inside a function")


def registered(files):
    """Every .cpp, and every test script, is named in a CMakeLists.txt of its folder or above."""
    lists = {f.path[: -len("CMakeLists.txt")]: f.text for f in files if f.is_cmake}
    for file in files:
        is_test_script = re.match(r"tests/.*_test\.(py|sh)$", file.path)
        if not (file.path.endswith(".cpp") or is_test_script):
            continue
        if not any(
            file.path.startswith(folder) and names(words, file.path[len(folder) :])
            for folder, words in lists.items()
        ):
            yield Finding(file, 1, "registered", "no CMakeLists.txt names it")


def names(cmake, path):
    """Whether a CMakeLists.txt has the path, also with a ${variable} for a part of a word."""
    for word in re.findall(r"[^\s()\"]+", cmake):
        pattern = "[a-z0-9_]+".join(re.escape(part) for part in re.split(r"\$\{\w+\}", word))
        if re.fullmatch(pattern, path):
            return True
    return False


ALL = [arrows, text, sizes, conditionals, registered]

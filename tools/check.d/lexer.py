"""Just enough C++ to see where functions begin and end, whatever stands in comments and strings."""

import re

BLANKED = re.compile(
    r"//[^\n]*"
    r"|/\*.*?\*/"
    r'|\b(?:u8|[uUL])?R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)
DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(\w+)(?:\\\n|[^\n])*", re.MULTILINE)
CONDITIONAL = {"if", "ifdef", "ifndef", "elif", "else"}
SCOPE_WORD = re.compile(r"\b(namespace|class|struct|union|enum)\b|^extern\s*$")
AFTER_PARAMETERS = re.compile(r"(\b(const|noexcept|override|final)\b|&|->.*|\s)*$", re.DOTALL)


def _spaces(match):
    return re.sub(r"[^\n]", " ", match.group())


def without_comments_and_strings(text):
    """The text with comments and literals turned to blanks; every line keeps its number."""
    return BLANKED.sub(_spaces, text)


class Function:
    """Lines from the first of the declaration to the closing brace, counted from 1."""

    def __init__(self, name, first_line, last_line):
        self.name = name
        self.first_line = first_line
        self.last_line = last_line

    @property
    def length(self):
        return self.last_line - self.first_line + 1


class Scan:
    """Functions of a source file, and the conditional directives that stand inside of them."""

    def __init__(self, text):
        self.functions = []
        self.conditionals_in_functions = []
        bare = without_comments_and_strings(text)
        directives = [
            bare.count("\n", 0, m.start()) + 1
            for m in DIRECTIVE.finditer(bare)
            if m.group(1) in CONDITIONAL
        ]
        self._bare = DIRECTIVE.sub(_spaces, bare)
        self._walk()
        for line in directives:
            if any(f.first_line < line < f.last_line for f in self.functions):
                self.conditionals_in_functions.append(line)

    def _walk(self):
        """Goes through namespaces and classes; what has braces after a (…) there is a function."""
        text = self._bare
        head_start = position = 0
        while position < len(text):
            letter = text[position]
            if letter in ";}":
                head_start = position + 1
            elif letter == ":" and re.search(
                r"\b(public|private|protected)\s*$", text[head_start:position]
            ):
                head_start = position + 1
            elif letter == "{":
                head = text[head_start:position].strip()
                if is_scope(head):
                    head_start = position + 1
                else:
                    position = self._close(position)
                    if not self._head_goes_on(head, position):
                        self._note(head, head_start, position)
                        head_start = position + 1
            position += 1

    def _close(self, position):
        """Where the brace opened at `position` closes."""
        depth = 0
        for match in re.compile(r"[{}]").finditer(self._bare, position):
            depth += 1 if match.group() == "{" else -1
            if depth == 0:
                return match.start()
        return len(self._bare) - 1

    def _head_goes_on(self, head, position):
        """Whether the braces that close at `position` are a value inside of a declaration."""
        if head.count("(") != head.count(")"):
            return True  # a default argument
        follows = self._bare[position + 1 :].lstrip()[:1]
        return follows != "" and follows in ",{"  # `: a_{1}, b_{2} {` of a constructor

    def _note(self, head, head_start, end):
        bare = outside_groups(head)
        if "(" not in head or ("=" in bare and "operator" not in bare and "[" not in bare):
            return
        text = self._bare
        start = head_start + len(text[head_start:]) - len(text[head_start:].lstrip())
        name = re.sub(r"\s+", " ", bare.split("(")[0]).strip().split(" ")[-1]
        first = text.count("\n", 0, start) + 1
        self.functions.append(Function(name, first, text.count("\n", 0, end) + 1))


def is_scope(head):
    """Whether the brace after `head` opens a namespace, a class or the like."""
    bare = outside_groups(head)
    if SCOPE_WORD.search(bare) is None:
        return False
    return not AFTER_PARAMETERS.sub("", bare).endswith("()")  # `struct point f() const {`


def outside_groups(head):
    """The head with <…> gone and (…) emptied: what is said at its outermost level."""
    previous = None
    while previous != head:
        previous = head
        head = re.sub(r"<[^<>]*>", " ", re.sub(r"\([^()]*\)", "@", head))
    return re.sub(r"\b(alignas|requires)\s*@", " ", head).replace("@", "()")

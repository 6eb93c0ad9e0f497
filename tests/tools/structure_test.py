"""The structure checker finds what it should in small bad trees, and nothing in good ones."""

import os
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tools", "check.d"))

import headers  # noqa: E402
import lexer  # noqa: E402
import rules  # noqa: E402
import system_calls  # noqa: E402
import tree  # noqa: E402


def found(rule, **texts):
    """What a rule finds in files given as path=text, with __ for / and _dot_ for a dot."""
    files = []
    for name, text in texts.items():
        path = name.replace("_dot_", ".").replace("__", "/")
        files.append(tree.File(path, text))
    return [f"{finding.place} {finding.rule}" for finding in rule(files)]


class Arrows(unittest.TestCase):
    def test_an_arrow_to_the_right_is_found(self):
        text = "#pragma once\n#include <iapp/actors/system.hpp>\n"
        self.assertEqual(found(rules.arrows, reactor__a_dot_hpp=text), ["reactor/a.hpp:2 arrows"])
        umbrella = "#include <iapp/iapp.hpp>\n"
        self.assertEqual(found(rules.arrows, actors__a_dot_cpp=umbrella), ["actors/a.cpp:1 arrows"])

    def test_quoted_includes_are_not_for_modules(self):
        text = '#include "pool.hpp"\n'
        self.assertEqual(found(rules.arrows, mailbox__a_dot_cpp=text), ["mailbox/a.cpp:1 arrows"])

    def test_arrows_to_the_left_and_programs_are_free(self):
        text = "#include <iapp/mailbox/ring.hpp>\n#include <iapp/reactor/b.hpp>\n"
        self.assertEqual(found(rules.arrows, reactor__a_dot_hpp=text), [])
        text = '#include <iapp/actors/system.hpp>\n#include "harness/args.hpp"\n'
        self.assertEqual(found(rules.arrows, bench__srv__main_dot_cpp=text), [])


class SystemCalls(unittest.TestCase):
    rule = staticmethod(system_calls.system_calls)

    def test_headers_of_the_system_are_found(self):
        text = "#include <vector>\n#include <sys/socket.h>\n#include <signal.h>\n"
        expected = ["reactor/a.cpp:2 system", "reactor/a.cpp:3 system"]
        self.assertEqual(found(self.rule, reactor__a_dot_cpp=text), expected)
        self.assertEqual(len(found(self.rule, bench__srv__a_dot_cpp=text)), 2)

    def test_signals_may_be_named_but_not_caught(self):
        text = "#include <csignal>\nint s = SIGTERM;\nauto old = std::signal(s, f);\n"
        self.assertEqual(found(self.rule, bench__srv__a_dot_cpp=text), ["bench/srv/a.cpp:3 system"])

    def test_global_calls_are_found(self):
        text = "void f() {\n    return ::close(1);\n}\n"
        self.assertEqual(found(self.rule, actors__a_dot_cpp=text), ["actors/a.cpp:2 system"])

    def test_clocks_and_randomness_are_found_in_modules_only(self):
        text = "auto t = std::chrono::steady_clock::now();\nstd::random_device d;\n"
        self.assertEqual(len(found(self.rule, reactor__a_dot_cpp=text)), 2)
        self.assertEqual(found(self.rule, bench__clt__a_dot_cpp=text), [])

    def test_engines_and_their_tests_may_call(self):
        text = "#include <sys/epoll.h>\nint f() {\n    return ::epoll_create1(0);\n}\n"
        self.assertEqual(found(self.rule, reactor__epoll__a_dot_cpp=text), [])
        self.assertEqual(found(self.rule, tests__reactor__a_dot_cpp=text), [])
        self.assertEqual(len(found(self.rule, reactor__readiness__a_dot_cpp=text)), 2)
        self.assertEqual(len(found(self.rule, tests__actors__a_dot_cpp=text)), 2)

    def test_what_only_looks_like_a_call_is_free(self):
        text = (
            "// ::close(1)\nauto s = \"::read(\";\nauto p = ::new (m) int;\n"
            "auto q = std::get(1) + ns<int>::value(2) + ::iapp::check(3);\n"
        )
        self.assertEqual(found(self.rule, actors__a_dot_cpp=text), [])


class Text(unittest.TestCase):
    def test_marks_tabs_and_long_lines_are_found(self):
        text = "// TO" + "DO: later\n\tint x;\n" + "/" * 101 + "\nint y; \n"
        expected = [f"actors/a.hpp:{n} {r}" for n, r in
                    [(1, "marks"), (2, "tabs"), (3, "columns"), (4, "blanks")]]
        self.assertEqual(found(rules.text, actors__a_dot_hpp=text), expected)

    def test_prose_may_have_long_lines_and_names_may_have_xs(self):
        self.assertEqual(found(rules.text, README_dot_md="word " * 30), [])
        self.assertEqual(found(rules.text, tools__a_dot_sh="mktemp /tmp/a.XXXXXX\n"), [])


class Sizes(unittest.TestCase):
    def test_a_long_file_is_found(self):
        text = "int x;\n" * 501
        self.assertEqual(found(rules.sizes, actors__a_dot_hpp=text), ["actors/a.hpp:1 file-size"])
        self.assertEqual(found(rules.sizes, actors__a_dot_hpp="int x;\n" * 500), [])
        self.assertEqual(found(rules.sizes, README_dot_md=text), [])

    def test_an_example_has_fewer_than_120_lines(self):
        self.assertEqual(found(rules.sizes, examples__a__main_dot_cpp="int x;\n" * 119), [])
        self.assertEqual(found(rules.sizes, examples__a__main_dot_cpp="int x;\n" * 120),
                         ["examples/a/main.cpp:1 file-size"])

    def test_a_long_function_is_found_and_a_class_is_not_a_function(self):
        function = "    void f() {\n" + "        g();\n" * 69 + "    }\n"
        text = "namespace a {\nclass b : c<d(e)> {\n  public:\n" + function + "};\n}\n"
        self.assertEqual(found(rules.sizes, a_dot_hpp=text), ["a.hpp:4 function-size"])
        self.assertEqual(found(rules.sizes, a_dot_hpp=text.replace("g();\n", "", 1)), [])

    def test_a_long_python_function_is_found(self):
        text = "def f():\n" + "    g()\n" * 70
        self.assertEqual(found(rules.sizes, tools__a_dot_py=text), ["tools/a.py:1 function-size"])


class Lexer(unittest.TestCase):
    def spans(self, text):
        return [(f.name, f.first_line, f.last_line) for f in lexer.Scan(text).functions]

    def test_constructors_with_braces_and_default_arguments(self):
        text = "a::a(int x = f({1}))\n    : b_{x},\n      c_{1} {\n    d();\n}\nvoid e() {\n}\n"
        self.assertEqual(self.spans(text), [("a::a", 1, 5), ("e", 6, 7)])

    def test_lambdas_belong_to_their_function(self):
        text = "void f() {\n    run([](int x) {\n        g(x);\n    });\n}\n"
        self.assertEqual(self.spans(text), [("f", 1, 5)])

    def test_braces_in_literals_and_comments_do_not_count(self):
        text = (
            "void f() {\n    g('{', \"{\", R\"x({{)x\", 1'000); // {\n}\n"
            "int h() {\n    /* { */\n}\n"
        )
        self.assertEqual(self.spans(text), [("f", 1, 3), ("h", 4, 6)])

    def test_templates_requires_and_attributes(self):
        text = (
            "template <class T> requires(is<T>) class alignas(64) r {\n"
            "    template <class U = int (*)(int)>\n    [[nodiscard]] bool f() const noexcept {\n"
            "    }\n};\nstruct p g(struct q* x) {\n}\nenum class e : int { a, b };\n"
            "const int t[] = {f(1), f(2)};\n"
        )
        self.assertEqual(self.spans(text), [("f", 2, 4), ("g", 6, 7)])

    def test_conditionals_inside_functions_are_found(self):
        text = "#if A\nvoid f() {\n#ifdef B\n    g();\n#else\n#endif\n}\n#endif\n"
        expected = ["a.cpp:3 conditionals", "a.cpp:5 conditionals"]
        self.assertEqual(found(rules.conditionals, a_dot_cpp=text), expected)


class Registered(unittest.TestCase):
    def test_a_source_that_no_list_names_is_found(self):
        lists = "add(x SOURCES a_test.cpp conformance/b_test.cpp echo_${mechanism}.cpp)\n"
        sources = {
            "tests__reactor__a_test_dot_cpp": "",
            "tests__reactor__b_test_dot_cpp": "",
            "tests__reactor__conformance__b_test_dot_cpp": "",
            "tests__reactor__echo_epoll_dot_cpp": "",
            "tests__reactor__c_test_dot_py": "",
        }
        seen = found(rules.registered, tests__reactor__CMakeLists_dot_txt=lists, **sources)
        expected = ["tests/reactor/b_test.cpp:1 registered", "tests/reactor/c_test.py:1 registered"]
        self.assertEqual(seen, expected)


class Headers(unittest.TestCase):
    def test_a_header_that_needs_another_first_is_found(self):
        with tempfile.TemporaryDirectory() as root:
            os.mkdir(os.path.join(root, "mailbox"))
            for name, text in [
                ("good.hpp", "#pragma once\n#include <string>\ninline std::string a;\n"),
                ("uses.hpp", "#pragma once\n#include <iapp/mailbox/good.hpp>\n"),
                ("bad.hpp", "#pragma once\ninline std::string b;\n"),
            ]:
                with open(os.path.join(root, "mailbox", name), "w", encoding="utf-8") as stream:
                    stream.write(text)
            compiler = os.environ.get("CXX", "c++")
            findings = list(headers.headers(tree.read_tree(root), root, compiler))
        self.assertEqual([f.place for f in findings], ["mailbox/bad.hpp:1"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

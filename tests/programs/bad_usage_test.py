#!/usr/bin/env python3
"""Wrong usage of srv, clt and tools/demo: a message that names what is wrong, and status 2.

    bad_usage_test.py --bin build/release/bin [-k PATTERN]
"""

import os
import subprocess
import sys

sys.dont_write_bytecode = True
import programs  # noqa: E402

BOTH = (
    (["--no-such-flag"], "--no-such-flag"),
    (["superfluous"], "superfluous"),
    (["--workers", "0"], "--workers"),
    (["--workers", "63"], "--workers"),
    (["--workers", "-1"], "--workers"),
    (["--workers", "many"], "--workers"),
    (["--workers"], "--workers"),
    (["--engine", "no_such"], "no_such"),
    (["--engine", ""], "--engine"),
    (["--duration", "soon"], "soon"),
    (["--duration", "-1s"], "-1s"),
    (["--duration", "5h"], "5h"),
    (["--stats", "1.5.2s"], "1.5.2s"),
    (["--io-size", "0"], "--io-size"),
    (["--io-size", "16Q"], "16Q"),
    (["--sndbuf", "18446744073709551615K"], "18446744073709551615K"),
    (["--io-size", "-4K"], "-4K"),
    (["--io-size", "1G"], "--io-size"),
    (["--sndbuf", "2G"], "--sndbuf"),
    (["--rcvbuf", "99999999999999999999999"], "--rcvbuf"),
    (["--mode", "no_such"], "no_such"),
    (["--json=perhaps"], "json"),
)
SRV = (
    (["--listen", "nonsense"], "nonsense"),
    (["--listen", "127.0.0.1"], "127.0.0.1"),
    (["--listen", "127.0.0.1:65536"], "65536"),
    (["--listen", "127.0.0.256:1"], "127.0.0.256"),
    (["--listen", "[::1:1"], "[::1:1"),
    (["--listen", "unix:"], "unix:"),
    (["--listen", "unix:/" + "x" * 200], "--listen"),
    (["--listen"], "--listen"),
    (["--max-conns", "0"], "--max-conns"),
    (["--max-conns", "2000000"], "--max-conns"),
    (["--discard", "burn"], "burn"),
    (["--discard", "trunc", "--verify"], "--discard"),
    (["--discard", "trunc", "--mode", "echo"], "--discard"),
    (["--mode", "churn"], "churn"),
    (["--drain", "later"], "later"),
)
CLT = (
    (["--connect", "nonsense"], "nonsense"),
    (["--connect", "127.0.0.4-1:1667"], "127.0.0.4-1"),
    (["--connect", "127.0.0.1-400:1667"], "127.0.0.1-400"),
    (["--conns", "0"], "--conns"),
    (["--conns", "2000000"], "--conns"),
    (["--rate", "-1"], "--rate"),
    (["--rate", "fast"], "fast"),
    (["--rate", "nan"], "--rate"),
    (["--depth", "0"], "--depth"),
    (["--depth", "1000000"], "--depth"),
    (["--bytes", "10", "--conns", "100"], "--bytes"),
    (["--bytes", "1M", "--mode", "churn"], "--bytes"),
    (["--mode", "source"], "source"),
    (["--finish", "never"], "never"),
)
DEMO = (
    (["--no-such-flag"], "--no-such-flag"),
    (["superfluous"], "superfluous"),
    (["--duration"], "--duration"),
    (["--duration", "soon"], "soon"),
    (["--duration", "-3s"], "-3s"),
    (["--bin", "/no/such/folder"], "/no/such/folder"),
)
SCRIPT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "tools", "demo")


class BadUsage(programs.Case):
    def refused(self, done, named):
        self.assertEqual(done.status, 2, done)
        self.assertIn(named, done.err)
        self.assertEqual(done.out, "")

    def test_srv(self):
        for flags, named in BOTH + SRV:
            with self.subTest(flags=flags):
                self.refused(programs.run("srv", *flags), named)

    def test_clt(self):
        for flags, named in BOTH + CLT:
            with self.subTest(flags=flags):
                self.refused(programs.run("clt", *flags), named)

    def test_demo(self):
        for flags, named in DEMO:
            with self.subTest(flags=flags):
                done = subprocess.run([SCRIPT, *flags], stdin=subprocess.DEVNULL, check=False,
                                      capture_output=True, text=True, timeout=programs.LIMIT)
                self.refused(programs.Done(done.returncode, done.stdout, done.stderr), named)

    def test_an_unknown_engine_in_the_environment(self):
        environment = {**os.environ, "IAPP_ENGINE": "no_such"}
        for name, *flags in (("srv", "--listen", programs.LOOPBACK), ("clt", "--conns", 1)):
            self.refused(programs.run(name, "--json", *flags, env=environment), "no_such")

    def test_help_and_version(self):
        for name, flag in (("srv", "--listen"), ("clt", "--connect")):
            done = programs.run(name, "--help")
            self.assertEqual((done.status, flag in done.out), (0, True), done)
            done = programs.run(name, "--version")
            self.assertEqual((done.status, done.out.split()[0]), (0, name), done)

    def test_what_is_just_within_the_limits(self):
        done = programs.run("srv", "--workers", 62, "--listen", programs.LOOPBACK, "--duration",
                            "1ms", "--json")
        self.assertEqual((done.status, done.summary["workers"]), (0, 62), done)


if __name__ == "__main__":
    programs.main(__name__, __doc__)

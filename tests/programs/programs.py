"""What the tests of the programs share: starting them, reading their JSON lines, checking totals.

Every wait has a limit, which IAPP_TEST_SLOW multiplies; speed decides nothing else.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SLOW = max(1.0, float(os.environ.get("IAPP_TEST_SLOW", "1")))
LIMIT = 60 * SLOW  # seconds
LOOPBACK = "127.0.0.1:0"
COMMON_FIELDS = {"type", "program", "version", "engine", "workers", "seconds", "cpu_seconds", "ok",
                 "errors"}
SYSTEM_FIELDS = {"sent", "delivered", "dead_letters", "ops_started", "ops_ended", "fds_left",
                 "buffers_left"}
DEAD_LETTERS = {"stale", "refused", "dropped", "stopped"}

folder = None  # of the programs; main() sets it


def command(name, flags):
    return [os.path.join(folder, name), *map(str, flags)]


class Done:
    """A program that has ended: status, out, err, the JSON objects of its lines."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err
        self.objects = [json.loads(line) for line in out.splitlines() if line.startswith("{")]

    @property
    def summary(self):
        if not self.objects or self.objects[-1]["type"] != "summary":
            raise AssertionError(f"no summary at the end of: {self.out}{self.err}")
        return self.objects[-1]

    def __str__(self):
        return f"status {self.status}\n{self.out}{self.err}"


def run(name, *flags, **options):
    """Runs a program to its end."""
    options.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run(command(name, flags), capture_output=True, text=True, check=False,
                          timeout=LIMIT, **options)
    return Done(done.returncode, done.stdout, done.stderr)


class Running:
    """A program that runs while the test does something. Use with `with`: it never outlives it."""

    def __init__(self, name, *flags, **options):
        self.objects = []
        self.text = ""
        self.news = threading.Condition()
        self.over = False
        self.messages = tempfile.TemporaryFile(mode="w+", errors="replace")
        self.process = subprocess.Popen(command(name, flags), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.messages, text=True,
                                        **options)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        self.messages.close()

    def _read(self):
        for line in self.process.stdout:
            with self.news:
                self.text += line
                if line.startswith("{"):
                    self.objects.append(json.loads(line))
                self.news.notify_all()
        with self.news:
            self.over = True
            self.news.notify_all()

    def err(self):
        self.messages.seek(0)
        return self.messages.read()

    def wait_for(self, what, wanted):
        """The first object for which wanted(object) holds, which may have come already."""
        def find():
            return [each for each in self.objects if wanted(each)] or self.over

        with self.news:
            self.news.wait_for(find, LIMIT)
            found = find()
        if not isinstance(found, list):
            raise AssertionError(f"no {what} from: {self.text}{self.err()}")
        return found[0]

    def stats(self, **least):
        """The first report in which each of these fields has at least this value."""
        return self.wait_for(f"report with {least}", lambda each: each["type"] == "stats" and all(
            each[field] >= value for field, value in least.items()))

    def newest(self):
        """The latest report."""
        self.stats()
        return [each for each in self.objects if each["type"] == "stats"][-1]

    def stands_still(self, *fields):
        """The latest report, once these have not changed in three."""
        deadline = time.monotonic() + LIMIT
        latest = [self.newest()]
        while len(latest) < 3 or len({tuple(map(each.get, fields)) for each in latest}) > 1:
            if time.monotonic() > deadline:
                raise AssertionError(f"{fields} do not stand still: {latest}")
            latest = latest[-2:] + [self.stats(seconds=latest[-1]["seconds"] + 0.001)]
        return latest[-1]

    def addresses(self, count=1):
        """Where it listens."""
        def all_listen(_):
            return sum(each["type"] == "listening" for each in self.objects) >= count

        self.wait_for("listening line", all_listen)
        return [each["address"] for each in self.objects if each["type"] == "listening"]

    def signal(self, number):
        self.process.send_signal(number)

    def end(self, number=None):
        """Waits for its end; sends it a signal first, if one is given."""
        if number is not None:
            self.signal(number)
        try:
            status = self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"did not end: {self.text}{self.err()}") from None
        self.reader.join()
        return Done(status, self.text, self.err())


class Case(unittest.TestCase):
    """Checks that every test of srv and clt makes."""

    maxDiff = None

    def needs_signals(self, name):
        """Of a program whose main thread does nothing but wait for the end of its system."""
        with open(command(name, [])[0], "rb") as program:
            if b"__tsan_init" in program.read():
                self.skipTest("ThreadSanitizer keeps a signal back from a thread in a futex")
    engine = None  # of the programs that are started; None: their own choice

    def flags(self, flags, **defaults):
        """The flags, with these where they are not among them."""
        wanted = {"workers": 2, "stats": "100ms", "engine": self.engine, **defaults}
        added = [word for name, value in wanted.items()
                 if value is not None and f"--{name}" not in flags
                 for word in (f"--{name}", value)]
        return ["--json", *added, *flags]

    def clt_flags(self, *flags):
        return self.flags(flags, rate=0)

    def srv(self, *flags, **options):
        return Running("srv", *self.flags(flags, listen=LOOPBACK), **options)

    def clt(self, *flags, **options):
        return Running("clt", *self.clt_flags(*flags), **options)

    def run_clt(self, *flags, **options):
        """Runs clt to its end, which must be a good one; gives its summary."""
        return self.good(run("clt", *self.clt_flags(*flags), **options))

    def end_srv(self, srv):
        return self.good(srv.end(signal.SIGTERM))

    def good(self, done):
        self.assertEqual(done.status, 0, done)
        summary = self.sound(done)
        self.assertIs(summary["ok"], True, done)
        return summary

    def sound(self, done):
        """Whatever happened, nothing is lost and nothing is left over."""
        summary = done.summary
        self.assertEqual((COMMON_FIELDS | SYSTEM_FIELDS) - set(summary), set())
        self.assertEqual(set(summary["dead_letters"]), DEAD_LETTERS)
        dead = sum(summary["dead_letters"].values())
        self.assertEqual(summary["sent"], summary["delivered"] + dead, done)
        self.assertEqual(summary["ops_started"], summary["ops_ended"], done)
        self.assertEqual((summary["fds_left"], summary["buffers_left"]), (0, 0), done)
        if self.engine:
            self.assertEqual(summary["engine"], self.engine)
        return summary

    def assert_equal_totals(self, srv, clt):
        """Everything that clt opened, sent and closed is what srv saw."""
        def totals(summary, *names):
            return {name: summary[name] for name in names}

        self.assertEqual(srv["bytes_in"], clt["bytes_out"])
        self.assertEqual(srv["accepted"], clt["opened"])
        self.assertEqual((srv["closed"], clt["closed"]), (srv["accepted"], clt["opened"]))
        clean = {"reset": 0, "conns_without_bytes": 0, "verify_errors": 0}
        self.assertEqual(totals(srv, *clean), clean)
        self.assertEqual(totals(clt, *clean), clean)
        self.assertEqual((srv["refused"], clt["failed"]), (0, 0))


def engines():
    """The engines that this build has and this system runs."""
    tried = {name: run("srv", "--engine", name, "--listen", LOOPBACK, "--duration", "1ms")
             for name in ("io_uring", "kqueue", "epoll", "poll")}
    works = [name for name, done in tried.items() if done.status == 0]
    odd = [str(done) for done in tried.values() if done.status not in (0, 1)]
    if odd or not works:
        raise AssertionError(f"engines: {odd or tried}")
    return works


def on_every_engine(case):
    """Decorates a Case: its tests run once for each engine."""
    case.__test_on_every_engine__ = True
    return case


def load_tests(loader, cases):
    suite = unittest.TestSuite()
    available = None
    for case in cases:
        if not getattr(case, "__test_on_every_engine__", False):
            suite.addTests(loader.loadTestsFromTestCase(case))
            continue
        available = available or engines()
        for engine in available:
            one = type(f"{case.__name__}[{engine}]", (case,), {"engine": engine})
            suite.addTests(loader.loadTestsFromTestCase(one))
    return suite


def main(module, description):
    """Runs the Cases of a module: script.py --bin DIR [-k PATTERN…]"""
    global folder
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--bin", default=os.environ.get("IAPP_BIN"), metavar="DIR",
                        help="folder of the programs (default: $IAPP_BIN)")
    parser.add_argument("-k", action="append", metavar="PATTERN", help="only tests that match")
    options = parser.parse_args()
    if not options.bin:
        parser.error("--bin or IAPP_BIN is needed")
    folder = os.path.abspath(options.bin)
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{pattern}*" for pattern in options.k] if options.k else None
    cases = [each for each in vars(sys.modules[module]).values()
             if isinstance(each, type) and issubclass(each, Case) and each is not Case]
    result = unittest.TextTestRunner(verbosity=2).run(load_tests(loader, cases))
    sys.exit(not result.wasSuccessful() or result.testsRun == 0)

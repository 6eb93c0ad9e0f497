#!/usr/bin/env python3
"""tools/demo on programs that are built: its totals, its exit status, an orderly end by a signal.

    demo_test.py --bin build/release/bin [-k PATTERN]
"""

import os
import pty
import resource
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import programs  # noqa: E402

SCRIPT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "tools", "demo")
FIELDS = {"srv", "clt", "processes", "totals_agree"} | programs.COMMON_FIELDS


class Demo(programs.Case):
    def start(self, place, *flags, folder=None, **options):
        """The script, in a session of its own: a signal to all of it reaches no other process."""
        return subprocess.Popen([SCRIPT, "--bin", folder or programs.folder, *flags],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, start_new_session=True,
                                env={**os.environ, "TMPDIR": place}, **options)

    def demo(self, *flags, do=None, **options):
        """Runs it to its end. `do` is called with the running script."""
        with tempfile.TemporaryDirectory() as place:
            with self.start(place, *flags, **options) as script:
                try:
                    if do:
                        do(script)
                    out, err = script.communicate(timeout=2 * programs.LIMIT)
                except BaseException:
                    os.killpg(script.pid, signal.SIGKILL)
                    raise
            self.assertEqual(os.listdir(place), [], "its folder is removed")
        with self.assertRaises(ProcessLookupError, msg="none of its processes is left"):
            os.killpg(script.pid, 0)
        return programs.Done(script.returncode, out, err)

    def agreed(self, done, processes):
        self.assertEqual(done.status, 0, done)
        self.assertEqual(len(done.out.splitlines()), 1, done)
        summary = done.summary
        self.assertEqual(FIELDS - set(summary), set())
        self.assertEqual((summary["program"], summary["ok"], summary["totals_agree"]),
                         ("demo", True, True))
        self.assertEqual(summary["processes"], processes)
        self.assertEqual((len(summary["srv"]), len(summary["clt"])), (processes // 2,) * 2)
        totals = {}
        for side in ("srv", "clt"):
            for each in summary[side]:
                self.assertEqual((each["type"], each["program"]), ("summary", side))
                for field, value in each.items():
                    if isinstance(value, (int, float)):
                        totals[side, field] = totals.get((side, field), 0) + value
        self.assertEqual(totals["srv", "bytes_in"], totals["clt", "bytes_out"])
        self.assertEqual(totals["srv", "accepted"], totals["clt", "opened"])
        self.assertGreater(totals["clt", "opened"], 0)
        self.assertEqual(totals["srv", "closed"], totals["clt", "closed"])
        self.assertAlmostEqual(summary["cpu_seconds"],
                               totals["srv", "cpu_seconds"] + totals["clt", "cpu_seconds"], 2)
        return totals

    def test_json(self):
        totals = self.agreed(self.demo("--duration", "2s", "--json"), 2)
        self.assertEqual(totals["srv", "open_peak"], totals["clt", "opened"])
        self.assertEqual(totals["srv", "conns_without_bytes"], 0)

    def test_what_people_see(self):
        done = self.demo("--duration", "1s")
        self.assertEqual(done.status, 0, done)
        self.assertIn("The totals of both sides are equal.", done.out)
        self.assertNotIn("\033", done.out)  # no redrawing away from a terminal

    def test_a_table_on_a_terminal(self):
        ours, its = pty.openpty()
        shown = b""
        with tempfile.TemporaryDirectory() as place:
            with subprocess.Popen([SCRIPT, "--bin", programs.folder, "--duration", "3s"],
                                  stdin=subprocess.DEVNULL, stdout=its, stderr=subprocess.DEVNULL,
                                  env={**os.environ, "TMPDIR": place}) as script:
                os.close(its)
                try:
                    while more := os.read(ours, 65536):
                        shown += more
                except OSError:
                    pass  # how Linux says that nobody has the other end any more
                self.assertEqual(script.wait(programs.LIMIT), 0)
        os.close(ours)
        self.assertIn(b" s of 3 s", shown)
        self.assertIn(b"\033[4A", shown)  # back to the first of its four lines

    def test_few_descriptors_spread_it_over_processes(self):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (1000, 1000))

        done = self.demo("--duration", "2s", "--json", preexec_fn=few)
        processes = done.summary["processes"]
        self.assertGreater(processes, 2)
        self.agreed(done, processes)

    def interrupted(self, whom):
        def interrupt(script):
            script.stdout.readline()  # the first report: all processes run
            whom(script)

        done = self.demo("--duration", "1000s", do=interrupt)
        self.assertEqual(done.status, 0, done)
        self.assertIn("The totals of both sides are equal.", done.out)

    def test_a_signal_to_the_script(self):
        self.interrupted(lambda script: script.send_signal(signal.SIGTERM))

    def test_a_signal_from_the_keyboard(self):
        self.interrupted(lambda script: os.killpg(script.pid, signal.SIGINT))

    def test_totals_that_differ(self):
        with tempfile.TemporaryDirectory() as place:
            os.symlink(os.path.join(programs.folder, "srv"), os.path.join(place, "srv"))
            liar = os.path.join(place, "clt")  # one byte less, in front of the real one
            with open(liar, "w", encoding="utf-8") as file:
                file.write(f'#!/bin/sh\n"{programs.folder}/clt" --bytes 1000003 "$@" |\n'
                           "    sed 's/\"bytes_out\":1000003/\"bytes_out\":1000002/'\n")
            os.chmod(liar, 0o755)
            done = self.demo("--duration", "1s", "--json", folder=place)
        self.assertEqual((done.status, done.summary["ok"]), (1, False), done)
        self.assertIs(done.summary["totals_agree"], False)
        self.assertIn("bytes: clt 1000002, srv 1000003", done.err)

    def test_a_program_that_fails(self):
        with tempfile.TemporaryDirectory() as place:
            os.symlink(os.path.join(programs.folder, "clt"), os.path.join(place, "clt"))
            os.symlink("/bin/false", os.path.join(place, "srv"))
            done = self.demo("--json", folder=place)
        self.assertEqual((done.status, done.out), (1, ""), done)
        self.assertIn("srv does not listen", done.err)


if __name__ == "__main__":
    programs.main(__name__, __doc__)

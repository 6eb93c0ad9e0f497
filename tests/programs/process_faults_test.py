#!/usr/bin/env python3
"""srv and clt where processes are killed or stopped, or may open no more: the other side goes on.

    process_faults_test.py --bin build/release/bin [-k PATTERN]
"""

import os
import resource
import signal
import sys

sys.dont_write_bytecode = True
import programs  # noqa: E402

KIB, MIB = 1 << 10, 1 << 20
# As which the death of a peer may show; the last to clt alone, when it still owes an answer.
GONE = {"ECONNRESET", "EPIPE", "ECONNABORTED"}


def few_files(most):
    """The hard limit, too, since programs raise the other one by themselves."""
    return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))}


class Inherited:
    """Descriptors that a child is born with, which it does not know of."""

    def __init__(self, count):
        self.all = [os.open("/dev/null", os.O_RDONLY) for _ in range(count)]

    def __enter__(self):
        return self.all

    def __exit__(self, *_):
        for each in self.all:
            os.close(each)


@programs.on_every_engine
class Descriptors(programs.Case):
    def test_clients_wait_for_a_server_without_descriptors_until_others_go(self):
        with self.srv("--mode", "echo", "--verify", **few_files(64)) as srv:
            with self.clt("--connect", srv.addresses()[0], "--mode", "echo", "--verify",
                          "--conns", 60, "--io-size", "1K") as clt:
                clt.stats(open=120)  # as the kernel sees it
                srv.stats(open=20)
                sent = self.good(clt.end(signal.SIGTERM))
            seen = self.end_srv(srv)
            open_most = max(each["open"] for each in srv.objects if each["type"] == "stats")
        self.assert_equal_totals(seen, sent)
        self.assertEqual(sent["requests"] * KIB, sent["bytes_in"])
        self.assertGreater(seen["accept_pauses"], 0)
        self.assertLess(open_most, 64)

    def short_of_descriptors(self, srv, *flags):
        """clt, 40 connections wide, with descriptors for about half of them."""
        with Inherited(30) as files:
            return self.clt("--connect", srv.addresses()[0], "--workers", 1, "--conns", 40,
                            "--rate", 500, *flags, pass_fds=files, **few_files(64))

    def ended_short(self, clt, srv):
        done = clt.end(signal.SIGTERM)
        seen = self.end_srv(srv)
        self.assertEqual(done.status, 1, done)
        sent = self.sound(done)
        self.assertEqual(sent["errors"], {"EMFILE": sent["failed"]})
        self.assertEqual(sent["reset"], 0)
        self.assertEqual((seen["accepted"], seen["bytes_in"]), (sent["opened"], sent["bytes_out"]))
        self.assertEqual((seen["closed"], seen["reset"]), (sent["closed"], 0))
        self.assertLess(sent["open_peak"], 34)
        return sent

    def test_a_client_without_descriptors_says_so_and_uses_those_it_has(self):
        with self.srv("--verify") as srv, self.short_of_descriptors(srv) as clt:
            clt.stats(failed=1, open=1)
            srv.stats(bytes_in=MIB)
            sent = self.ended_short(clt, srv)
        self.assertEqual(sent["opened"] + sent["failed"], 40)

    def test_a_client_without_descriptors_opens_again_when_others_close(self):
        with self.srv("--mode", "echo") as srv:
            with self.short_of_descriptors(srv, "--mode", "churn", "--io-size", "1K") as clt:
                # So that not all can be gone before the limit is met.
                srv.signal(signal.SIGSTOP)
                clt.stats(failed=1)
                srv.signal(signal.SIGCONT)
                clt.stats(closed=100)
                sent = self.ended_short(clt, srv)
        self.assertEqual(sent["requests"], sent["opened"])


@programs.on_every_engine
class Killed(programs.Case):
    def killed_client(self, mode, *flags):
        with self.srv("--mode", mode, "--verify") as srv:
            where = srv.addresses()[0]
            with self.clt("--connect", where, "--conns", 5, *flags) as clt:
                srv.stats(open=10)
                clt.stats(open=10)
                clt.process.kill()
                clt.end()
            srv.stats(closed=10)  # by itself
            if mode == "sink":
                self.run_clt("--connect", where, "--conns", 1, "--bytes", 1000)
            seen = self.end_srv(srv)
        self.assertEqual((seen["closed"], seen["verify_errors"]), (seen["accepted"], 0))
        self.assertEqual(sum(seen["errors"].values()), seen["reset"])
        self.assertLessEqual(set(seen["errors"]), GONE)
        return seen

    def test_a_killed_client_leaves_nothing_at_a_sink(self):
        self.assertEqual(self.killed_client("sink")["accepted"], 12)

    def test_a_killed_client_leaves_nothing_at_an_echo(self):
        self.killed_client("echo", "--mode", "echo", "--depth", 4)

    def test_a_killed_client_leaves_nothing_at_a_source(self):
        self.assertGreater(self.killed_client("source")["reset"], 0)

    def test_a_killed_source_is_reported_by_its_clients(self):
        with self.srv("--mode", "source") as srv:
            with self.clt("--connect", srv.addresses()[0], "--conns", 5, "--verify") as clt:
                clt.stats(open=10, bytes_in=MIB)
                srv.process.kill()
                done = clt.end()
        self.assertEqual(done.status, 1, done)
        sent = self.sound(done)
        self.assertEqual((sent["opened"], sent["closed"], sent["verify_errors"]), (10, 10, 0))
        self.assertGreater(sent["reset"], 0)
        self.assertLessEqual(set(sent["errors"]), GONE)

    def test_clients_come_back_to_a_server_that_was_killed_and_started_again(self):
        with self.srv("--mode", "echo") as first:
            where = first.addresses()[0]
            with self.clt("--connect", where, "--mode", "churn", "--verify", "--conns", 2,
                          "--rate", 500, "--io-size", "1K") as clt:
                clt.stats(closed=10)
                first.process.kill()
                first.end()
                failed = clt.stats(failed=10)
                with self.srv("--mode", "echo", "--listen", where) as second:
                    clt.stats(closed=failed["closed"] + 20)
                    done = clt.end(signal.SIGTERM)
                    seen = self.end_srv(second)
        self.assertEqual(done.status, 1, done)
        sent = self.sound(done)
        self.assertEqual((sent["closed"], sent["verify_errors"]), (sent["opened"], 0))
        self.assertLessEqual(set(sent["errors"]), GONE | {"ECONNREFUSED"})
        self.assertEqual((seen["reset"], seen["closed"]), (0, seen["accepted"]))


@programs.on_every_engine
class Stopped(programs.Case):
    def while_stopped(self, mode, *flags):
        """Each stands still while the other does, and goes on with it; every byte is checked."""
        slow = ["--sndbuf", "64K", "--rcvbuf", "64K", "--verify"]
        moved = "bytes_out" if mode == "source" else "bytes_in"
        with self.srv("--mode", mode, *slow) as srv:
            with self.clt("--connect", srv.addresses()[0], "--conns", 2, *slow, *flags) as clt:
                srv.stats(**{"open": 4, moved: MIB})
                for stopped, other in ((srv, clt), (clt, srv)):
                    stopped.signal(signal.SIGSTOP)
                    other.stands_still("bytes_in", "bytes_out")
                    stopped.signal(signal.SIGCONT)
                    before = srv.newest()
                    srv.stats(**{moved: before[moved] + MIB})
                sent = self.good(clt.end(signal.SIGTERM))
            seen = self.end_srv(srv)
        self.assertEqual(seen["bytes_out"], sent["bytes_in"])
        self.assert_equal_totals(seen, sent)

    def test_a_sink_and_its_client_wait_for_each_other(self):
        self.while_stopped("sink")

    def test_an_echo_and_its_client_wait_for_each_other(self):
        self.while_stopped("echo", "--mode", "echo", "--depth", 4)

    def test_a_source_and_its_client_wait_for_each_other(self):
        self.while_stopped("source")


if __name__ == "__main__":
    programs.main(__name__, __doc__)

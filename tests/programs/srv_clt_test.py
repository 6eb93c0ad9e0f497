#!/usr/bin/env python3
"""clt drives srv: every byte and every connection is counted on both sides, on every engine.

    srv_clt_test.py --bin build/release/bin [-k PATTERN]
"""

import os
import socket
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import programs  # noqa: E402

MIB = 1 << 20
SRV_FIELDS = {"accepted", "closed", "reset", "refused", "open_peak", "bytes_in", "bytes_out",
              "conns_without_bytes", "accept_pauses", "verify_errors", "syscalls", "per_worker"}
CLT_FIELDS = {"opened", "failed", "closed", "reset", "open_peak", "all_open_seconds", "bytes_out",
              "bytes_in", "conns_without_bytes", "requests", "latency_us", "verify_errors"}
STATS_FIELDS = {"type", "seconds", "open", "closed", "failed", "bytes_in", "bytes_out"}


@programs.on_every_engine
class Sink(programs.Case):
    def written(self, connect, srv, *flags):
        """clt writes a fixed amount, then ends by itself; both summaries."""
        sent = self.run_clt("--connect", connect, "--conns", 4, "--bytes", "4M", *flags)
        seen = self.end_srv(srv)
        self.assert_equal_totals(seen, sent)
        self.assertEqual(sent["bytes_out"], 4 * MIB)
        self.assertEqual(seen["accepted"], 8)
        return seen, sent

    def test_ipv4(self):
        with self.srv() as srv:
            self.written(srv.addresses()[0], srv)

    def test_ipv6(self):
        with self.srv("--listen", "[::1]:0") as srv:
            self.written(srv.addresses()[0], srv)

    def test_unix(self):
        with tempfile.TemporaryDirectory() as place:
            path = os.path.join(place, "srv")
            with self.srv("--listen", f"unix:{path}") as srv:
                self.assertEqual(srv.addresses(), [f"unix:{path}"])
                self.written(f"unix:{path}", srv)

    def test_both_wildcards_have_the_same_port(self):
        with self.srv("--listen", "[::]:0") as srv:
            six, four = srv.addresses(2)
            self.assertEqual(four, six.replace("[::]", "0.0.0.0"))
            port = four.rpartition(":")[2]
            self.run_clt("--connect", f"[::1]:{port}", "--conns", 1, "--bytes", 1000)
            self.run_clt("--connect", f"127.0.0.1:{port}", "--conns", 1, "--bytes", 1000)
            self.assertEqual(self.end_srv(srv)["bytes_in"], 2000)

    def test_several_addresses_are_taken_in_turn(self):
        with self.srv() as first, self.srv() as second, self.srv("--listen", "[::1]:0") as third:
            everyone = (first, second, third)
            where = [word for srv in everyone for word in ("--connect", srv.addresses()[0])]
            self.run_clt(*where, "--conns", 6, "--bytes", 12000)
            seen = [self.end_srv(srv) for srv in everyone]
            self.assertEqual([(srv["accepted"], srv["bytes_in"]) for srv in seen],
                             [(4, 4000)] * 3)

    def test_a_range_of_addresses(self):
        if not sys.platform.startswith("linux"):
            self.skipTest("only Linux answers for all of 127/8")
        with self.srv("--listen", "0.0.0.0:0") as srv:
            port = srv.addresses()[0].rpartition(":")[2]
            self.written(f"127.0.0.1-4:{port}", srv)

    def test_until_the_time_is_over(self):
        with self.srv() as srv, self.clt("--connect", srv.addresses()[0], "--conns", 50,
                                         "--duration", "400ms", "--rate", 1000) as clt:
            sent = self.good(clt.end())
            seen = self.end_srv(srv)
        self.assert_equal_totals(seen, sent)
        self.assertEqual(sum(row["bytes_in"] for row in seen["per_worker"]), seen["bytes_in"])

    def test_discarding_in_the_kernel(self):
        with self.srv("--discard", "trunc") as srv:
            self.written(srv.addresses()[0], srv)

    def test_small_reads_and_buffers(self):
        with self.srv("--io-size", 700, "--rcvbuf", "8K") as srv:
            self.written(srv.addresses()[0], srv, "--sndbuf", "8K", "--io-size", "100K")

    def test_verified_at_the_server(self):
        with self.srv("--verify") as srv:
            self.written(srv.addresses()[0], srv)

    def test_other_bytes_are_found(self):
        with self.srv("--verify") as srv:
            host, port = srv.addresses()[0].split(":")
            with socket.create_connection((host, int(port))) as peer:
                peer.sendall(b"this is not what clt sends")
            srv.stats(closed=1)
            done = srv.end(programs.signal.SIGTERM)
            self.assertEqual(self.sound(done)["verify_errors"], 1)
            self.assertEqual((done.status, done.summary["ok"]), (1, False))

    def test_processes_share_a_port(self):
        with self.srv("--share-port") as one:
            where = one.addresses()[0]
            with self.srv("--share-port", "--listen", where) as other:
                other.addresses()
                sent = self.run_clt("--connect", where, "--conns", 100, "--bytes", 200000)
                seen = [self.end_srv(srv) for srv in (one, other)]
        self.assertEqual(sum(srv["accepted"] for srv in seen), sent["opened"])
        self.assertEqual(sum(srv["bytes_in"] for srv in seen), 200000)
        self.assertGreater(min(srv["accepted"] for srv in seen), 0)


@programs.on_every_engine
class Echo(programs.Case):
    def exchanged(self, io_size, depth, *flags):
        requests = MIB // io_size
        with self.srv("--mode", "echo", "--verify", *flags) as srv:
            sent = self.run_clt("--connect", srv.addresses()[0], "--mode", "echo", "--verify",
                                "--conns", 4, "--io-size", io_size, "--depth", depth,
                                "--bytes", "1M", *flags)
            seen = self.end_srv(srv)
        self.assert_equal_totals(seen, sent)
        self.assertEqual(sent["requests"], requests)
        self.assertEqual((sent["bytes_out"], sent["bytes_in"]), (requests * io_size,) * 2)
        self.assertEqual(seen["bytes_out"], seen["bytes_in"])
        latency = [sent["latency_us"][key] for key in ("p50", "p90", "p99", "p999", "max")]
        self.assertEqual(latency, sorted(latency))
        self.assertGreater(latency[0], 0)

    def test_one_request_at_a_time(self):
        self.exchanged(1000, 1)

    def test_many_requests_under_way(self):
        self.exchanged(1000, 16)

    def test_requests_larger_than_the_buffers(self):
        self.exchanged(65536, 2, "--sndbuf", "8K", "--rcvbuf", "8K")

    def test_until_the_time_is_over(self):
        with self.srv("--mode", "echo") as srv:
            sent = self.run_clt("--connect", srv.addresses()[0], "--mode", "echo", "--conns", 8,
                                "--depth", 4, "--duration", "300ms")
            seen = self.end_srv(srv)
        self.assert_equal_totals(seen, sent)
        self.assertEqual(sent["bytes_in"], sent["bytes_out"])
        self.assertEqual(sent["requests"] * 16384, sent["bytes_out"])


@programs.on_every_engine
class Others(programs.Case):
    def test_a_source_sends_what_clt_expects(self):
        with self.srv("--mode", "source") as srv:
            with self.clt("--connect", srv.addresses()[0], "--conns", 2, "--verify") as clt:
                clt.stats(open=4, bytes_in=MIB)
                got = self.good(clt.end(programs.signal.SIGTERM))
            seen = self.end_srv(srv)
        self.assert_equal_totals(seen, got)
        self.assertEqual(got["bytes_in"], seen["bytes_out"])
        self.assertGreaterEqual(got["bytes_in"], MIB)

    def test_churn_replaces_connections(self):
        with self.srv("--mode", "echo") as srv:
            with self.clt("--connect", srv.addresses()[0], "--conns", 4, "--mode", "churn",
                          "--io-size", 500) as clt:
                clt.stats(closed=40)
                sent = self.good(clt.end(programs.signal.SIGTERM))
            seen = self.end_srv(srv)
        self.assert_equal_totals(seen, sent)
        self.assertEqual((sent["requests"], sent["closed"]), (sent["opened"],) * 2)
        self.assertEqual((sent["bytes_in"], sent["bytes_out"]), (500 * sent["opened"],) * 2)

    def test_opening_at_a_rate(self):
        begun = time.monotonic()
        with self.srv() as srv:
            sent = self.run_clt("--connect", srv.addresses()[0], "--conns", 11, "--rate", 20,
                                "--bytes", "1M")
            seen = self.end_srv(srv)
        self.assert_equal_totals(seen, sent)
        # The first at once, ten more at 20 a second; the other limit would depend on speed.
        self.assertGreaterEqual(time.monotonic() - begun, 0.5)
        self.assertGreaterEqual(sent["all_open_seconds"], 0.5)

    def test_the_other_signal_while_it_ends_does_not_cut_the_summary_short(self):
        for pause_ms in (0, 1, 2, 4, 8, 16):  # somewhere between its last actor and its last line
            with self.srv() as srv:
                with self.clt("--connect", srv.addresses()[0], "--conns", 1) as clt:
                    clt.stats(open=1, bytes_out=1)
                    clt.signal(programs.signal.SIGINT)
                    time.sleep(pause_ms / 1000)
                    self.good(clt.end(programs.signal.SIGTERM))
                srv.signal(programs.signal.SIGTERM)
                time.sleep(pause_ms / 1000)
                self.good(srv.end(programs.signal.SIGINT))

    def test_what_json_lines_hold(self):
        with self.srv() as srv:
            where = srv.addresses()[0]
            with self.clt("--connect", where, "--conns", 2) as clt:
                srv.stats(open=4, bytes_in=1)
                clt.stats(open=4, bytes_out=1)
                sent = clt.end(programs.signal.SIGINT)
            seen = srv.end(programs.signal.SIGINT)
        for done, first, fields in ((seen, "listening", SRV_FIELDS), (sent, "stats", CLT_FIELDS)):
            self.good(done)
            self.assertEqual(len(done.objects), len(done.out.splitlines()), done.out)
            kinds = [each["type"] for each in done.objects]
            self.assertEqual((kinds[0], kinds[-1], kinds.count("summary")), (first, "summary", 1))
            for each in done.objects:
                if each["type"] == "stats":
                    self.assertEqual(STATS_FIELDS - set(each), set())
            self.assertEqual(fields - set(done.summary), set())
        self.assertEqual([seen.summary["program"], sent.summary["program"]], ["srv", "clt"])
        self.assertEqual(seen.objects[0]["address"], where)

    def test_what_people_see(self):
        with self.srv() as srv:
            done = programs.run("clt", "--connect", srv.addresses()[0], "--conns", 2, "--rate", 0,
                                "--workers", 2, "--duration", "300ms", "--stats", "100ms")
            self.end_srv(srv)
        self.assertEqual(done.status, 0, done)
        self.assertIn("4 opened", done.out)
        self.assertNotIn("\033", done.out)  # no redrawing away from a terminal


if __name__ == "__main__":
    programs.main(__name__, __doc__)

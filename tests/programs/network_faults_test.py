#!/usr/bin/env python3
"""srv and clt on two hosts whose network loses packets, for a while or for good.

    network_faults_test.py --bin build/release/bin [-k PATTERN]
"""

import signal
import sys

sys.dont_write_bytecode = True
import network  # noqa: E402
import programs  # noqa: E402

KIB, MIB = 1 << 10, 1 << 20
GONE = {"ECONNRESET", "EPIPE", "ETIMEDOUT"}  # as which a lost peer may show


@programs.on_every_engine
class Network(programs.Case):
    def setUp(self):
        self.wire = network.Wire()
        self.addCleanup(self.wire.__exit__)

    def far_srv(self, *flags):
        return self.srv("--listen", f"{self.wire.far.address}:0", *flags,
                        preexec_fn=self.wire.far.enter)

    def near_clt(self, srv, *flags):
        return self.clt("--connect", srv.addresses()[0], "--conns", 4, *flags,
                        preexec_fn=self.wire.near.enter)

    def test_what_is_lost_on_the_way_is_not_lost_to_the_programs(self):
        self.wire.loss = 0.05
        with self.far_srv("--mode", "echo", "--verify") as srv:
            with self.near_clt(srv, "--mode", "echo", "--verify", "--bytes", "512K",
                               "--depth", 2) as clt:
                sent = self.good(clt.end())
            seen = self.end_srv(srv)
        self.assert_equal_totals(seen, sent)
        self.assertEqual((sent["bytes_in"], sent["bytes_out"]), (512 * KIB,) * 2)
        self.assertGreater(self.wire.lost, 0)

    def test_a_partition_heals_and_all_goes_on(self):
        with self.far_srv("--mode", "echo", "--verify") as srv:
            with self.near_clt(srv, "--mode", "echo", "--verify", "--depth", 2) as clt:
                clt.stats(open=8, bytes_in=100 * KIB)
                self.wire.cut()
                before = clt.stands_still("bytes_in")
                self.wire.mend()
                clt.stats(bytes_in=before["bytes_in"] + 100 * KIB)
                sent = self.good(clt.end(signal.SIGTERM))
            seen = self.end_srv(srv)
        self.assert_equal_totals(seen, sent)
        self.assertEqual(sent["bytes_in"], sent["bytes_out"])

    def test_a_partition_that_outlasts_a_run_ends_with_it_on_both_sides(self):
        with self.far_srv("--drain", "200ms") as srv:
            with self.near_clt(srv, "--finish", "200ms") as clt:
                srv.stats(open=8, bytes_in=100 * KIB)
                self.wire.cut()
                clt.stands_still("bytes_out")
                done = clt.end(signal.SIGTERM)
            seen = self.end_srv(srv)
        self.assertEqual(done.status, 1, done)
        self.assertIn("has not closed", done.err)
        sent = self.sound(done)
        self.assertEqual((sent["opened"], sent["closed"]), (8, 8))
        self.assertEqual((seen["accepted"], seen["closed"], seen["reset"]), (8, 8, 0))
        self.assertLessEqual(seen["bytes_in"], sent["bytes_out"])

    def test_a_partition_that_outlasts_the_kernels_patience_ends_connections(self):
        self.wire.near.set("tcp_retries2", 1)
        with self.far_srv() as srv, self.near_clt(srv) as clt:
            srv.stats(open=8, bytes_in=100 * KIB)
            self.wire.cut()
            done = clt.end()  # by itself
            seen = self.end_srv(srv)
        self.assertEqual(done.status, 1, done)
        sent = self.sound(done)
        self.assertEqual((sent["opened"], sent["closed"], sent["reset"]), (8, 8, 8))
        self.assertEqual(sent["errors"], {"ETIMEDOUT": 8})
        self.assertEqual(seen["closed"], 8)

    def test_a_client_that_dies_behind_a_partition_is_noticed_when_it_heals(self):
        with self.far_srv("--mode", "source") as srv:
            with self.near_clt(srv) as clt:
                clt.stats(open=8, bytes_in=100 * KIB)
                self.wire.cut()
                srv.stands_still("bytes_out")
                clt.process.kill()
                clt.end()
            self.wire.mend()
            srv.stats(closed=8)  # by itself
            seen = self.end_srv(srv)
        self.assertEqual((seen["accepted"], seen["closed"]), (8, 8))
        self.assertLessEqual(set(seen["errors"]), GONE)

    def test_nobody_can_be_reached(self):
        with self.far_srv() as srv:
            srv.addresses()
            self.wire.cut()
            with self.near_clt(srv, "--finish", "100ms", "--duration", "100ms") as clt:
                done = clt.end()
            seen = self.end_srv(srv)
        self.assertEqual(done.status, 1, done)
        sent = self.sound(done)
        self.assertEqual((sent["opened"], sent["failed"], sent["open_peak"]), (0, 8, 0))
        self.assertEqual((seen["accepted"], seen["open_peak"]), (0, 0))

    def test_both_wildcards_get_a_port_that_both_have(self):
        first, free, last = 40000, 40021, 40023  # free ones: an engine may try the kernel
        self.wire.far.set("ip_local_port_range", f"{first} {last}")
        others = [word for port in range(first, free)
                  for word in ("--listen", f"0.0.0.0:{port}")]
        with self.srv("--workers", 1, *others, preexec_fn=self.wire.far.enter) as holder:
            holder.addresses(free - first)
            for workers in (1, 2):
                with self.srv("--workers", workers, "--listen", "[::]:0",
                              preexec_fn=self.wire.far.enter) as srv:
                    six, four = srv.addresses(2)
                    self.assertEqual(four, six.replace("[::]", "0.0.0.0"))
                    self.assertIn(int(four.rpartition(":")[2]), range(free, last + 1))
                    self.end_srv(srv)
            self.end_srv(holder)


if __name__ == "__main__":
    reason = network.why_not()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    print(f"IAPP_TEST_SEED={network.SEED}", flush=True)
    programs.main(__name__, __doc__)

#!/usr/bin/env python3
"""srv and clt among faults: what is wrong is named or counted, and nothing of it is fatal.

    faults_test.py --bin build/release/bin [-k PATTERN]
"""

import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import programs  # noqa: E402

NOBODY = 65534


def limit_files(most):
    def apply():
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    return apply


def peer_of(srv):
    """A raw connection to it. Its buffers stay small, so that it blocks soon."""
    host, port = srv.addresses()[0].split(":")
    peer = socket.socket()
    peer.settimeout(programs.LIMIT)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    peer.connect((host, int(port)))
    return peer


def received(peer, size):
    """So many bytes, or fewer when the other side has closed before."""
    data = b""
    while len(data) < size and (more := peer.recv(size - len(data))):
        data += more
    return data


def reset(peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def listener():
    """A server that accepts in the kernel only, and its address."""
    sock = socket.create_server(("127.0.0.1", 0), backlog=64)
    sock.settimeout(programs.LIMIT)
    return sock, f"127.0.0.1:{sock.getsockname()[1]}"


class Starting(programs.Case):
    def failed(self, done, *named):
        self.assertEqual(done.status, 1, done)
        for words in named:
            self.assertIn(words, done.err)

    def test_an_address_in_use(self):
        taken, where = listener()
        with taken:
            for workers in (1, 2):
                self.failed(programs.run("srv", "--listen", where, "--workers", workers), where,
                            "in use")

    def test_a_path_in_use(self):
        with tempfile.TemporaryDirectory() as place:
            where = f"unix:{place}/srv"
            with self.srv("--listen", where) as srv:
                srv.addresses()
                self.failed(programs.run("srv", "--listen", where), where, "in use")
                self.end_srv(srv)

    def test_no_permission(self):
        start = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
        if os.path.exists(start):
            with open(start, encoding="ascii") as file:
                if int(file.read()) < 2:
                    self.skipTest("everybody may use every port here")
        options = {}
        if os.geteuid() == 0:
            options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        try:
            done = programs.run("srv", "--listen", "127.0.0.1:1", **options)
        except PermissionError:
            self.skipTest("nobody may not run the programs in this folder")
        self.failed(done, "127.0.0.1:1", "ermission denied")

    def test_no_such_folder(self):
        self.failed(programs.run("srv", "--listen", "unix:/no/such/folder/x"), "/no/such/folder/x")

    def test_an_address_of_another_machine(self):
        self.failed(programs.run("srv", "--listen", "192.0.2.1:1"), "192.0.2.1:1")

    def test_an_engine_of_another_system(self):
        available = programs.engines()
        others = [name for name in ("io_uring", "epoll", "kqueue", "poll") if name not in available]
        for name in others:
            for program in ("srv", "clt"):
                flags = [program, "--conns", 1] if program == "clt" else [program]
                self.failed(programs.run(*flags, "--engine", name), name, *available)
                environment = {**os.environ, "IAPP_ENGINE": name}
                self.failed(programs.run(*flags, env=environment), name, *available)

    def test_more_connections_than_descriptors(self):
        done = programs.run("clt", "--workers", 1, "--conns", 200, preexec_fn=limit_files(100))
        self.failed(done, "200 connections", "ulimit")

    def test_more_connections_than_ports(self):
        if not (sys.platform.startswith("linux") and shutil.which("unshare")):
            self.skipTest("needs a network namespace, to narrow its ports")
        clt = " ".join(programs.command("clt", ["--workers", 2, "--conns", 100]))
        done = subprocess.run(
            ["unshare", "-rn", "sh", "-c", "echo 40000 40009 >/proc/sys/net/ipv4/"
             f"ip_local_port_range || exit 77; exec {clt} --connect 127.0.0.1-4:1667"],
            capture_output=True, text=True, check=False, timeout=programs.LIMIT)
        if done.returncode == 77 or "unshare:" in done.stderr:
            self.skipTest(f"no network namespace here: {done.stderr}")
        self.failed(programs.Done(done.returncode, done.stdout, done.stderr),
                    "net.ipv4.ip_local_port_range gives 10", "127.0.0.1-21:P")


@programs.on_every_engine
class Server(programs.Case):
    def test_no_descriptors_left(self):
        with self.srv(preexec_fn=limit_files(64)) as srv:
            begun = time.monotonic()
            peers = [peer_of(srv) for _ in range(80)]
            for peer in peers:
                peer.sendall(b"x")
            srv.stats(open=20)
            time.sleep(1.5)  # in which a server that spins would make system calls by the million
            waiting = [each for each in srv.objects if each["type"] == "stats"][-1]
            self.assertLess(waiting["open"], 64)
            for peer in peers[:60]:
                peer.close()
            srv.stats(bytes_in=80)  # all that waited were served
            for peer in peers[60:]:
                peer.close()
            srv.stats(closed=80)
            done = srv.end(signal.SIGTERM)
            lasted = time.monotonic() - begun
        seen = self.good(done)
        self.assertEqual((seen["accepted"], seen["bytes_in"], seen["refused"]), (80, 80, 0))
        self.assertGreater(seen["accept_pauses"], 0)
        self.assertLess(seen["syscalls"], 5000 + 200 * seen["accept_pauses"])
        self.assertLess(seen["accept_pauses"], 4 * 20 * lasted)  # a tenth of a second each
        complaints = [line for line in done.err.splitlines() if "paused" in line]
        self.assertGreaterEqual(len(complaints), 1)
        self.assertLessEqual(len(complaints), lasted + 1)

    def test_more_connections_than_allowed(self):
        with self.srv("--max-conns", 5, "--workers", 1) as srv:
            peers = [peer_of(srv) for _ in range(8)]
            srv.stats(failed=3, open=5)
            ended = 0
            for peer in peers:
                peer.settimeout(0.1)
                try:
                    ended += peer.recv(1) == b""
                except ConnectionResetError:
                    ended += 1
                except TimeoutError:
                    pass
            self.assertEqual(ended, 3)
            for peer in peers:
                peer.close()
            srv.stats(open=0, closed=5)
            with peer_of(srv) as peer:  # there is room again
                peer.sendall(b"x")
                srv.stats(bytes_in=1)
            seen = self.end_srv(srv)
        self.assertEqual((seen["accepted"], seen["refused"], seen["open_peak"]), (9, 3, 5))

    def test_the_peak_is_that_of_the_whole_program_not_the_sum_of_its_workers(self):
        with self.srv("--workers", 4) as srv:
            for number in range(1, 9):  # one after the other, on whatever workers
                peer_of(srv).close()
                srv.stats(closed=number)
            seen = self.end_srv(srv)
        self.assertEqual((seen["accepted"], seen["open_peak"]), (8, 1))

    def test_peers_that_reset(self):
        with self.srv() as srv:
            for _ in range(10):
                peer = peer_of(srv)
                peer.sendall(b"x" * 100)
                reset(peer)
            srv.stats(closed=10)
            seen = self.end_srv(srv)
        # A reset overtakes what has not been read.
        self.assertEqual((seen["reset"], seen["errors"]), (10, {"ECONNRESET": 10}))

    def test_peers_that_close_one_half_or_say_nothing(self):
        with self.srv() as srv, peer_of(srv) as half, peer_of(srv):
            half.sendall(b"x" * 100)
            half.shutdown(socket.SHUT_WR)
            srv.stats(closed=1, open=1)  # it is not kept for a peer that still could be sent to
            seen = self.end_srv(srv)
        self.assertEqual((seen["closed"], seen["conns_without_bytes"]), (2, 1))
        self.assertEqual((seen["bytes_in"], seen["reset"]), (100, 0))

    def test_a_peer_that_never_reads_its_echo(self):
        with self.srv("--mode", "echo") as srv, peer_of(srv) as peer:
            peer.settimeout(0.5)
            sent = 0
            try:
                while True:
                    sent += peer.send(b"x" * 65536)
            except TimeoutError:
                pass  # the server has stopped reading
            with peer_of(srv) as other:  # and still serves
                other.sendall(b"ping")
                self.assertEqual(received(other, 4), b"ping")
            seen = self.end_srv(srv)
        self.assertEqual((seen["accepted"], seen["closed"]), (2, 2))
        self.assertLessEqual(seen["bytes_in"], sent + 4)

    def test_a_peer_that_never_reads_from_a_source(self):
        with self.srv("--mode", "source") as srv, peer_of(srv) as peer:
            srv.stats(open=1, bytes_out=1)
            with peer_of(srv) as other:
                self.assertEqual(len(received(other, 100000)), 100000)
            srv.stats(closed=1)
            seen = self.end_srv(srv)
            self.assertEqual((seen["accepted"], seen["closed"]), (2, 2))
            peer.close()

    def test_a_second_signal_ends_it_at_once(self):
        with self.srv("--drain", "1000s") as srv, peer_of(srv):
            srv.stats(open=1)
            srv.signal(signal.SIGINT)
            deadline = time.monotonic() + programs.LIMIT
            while srv.process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)
                srv.signal(signal.SIGINT)
            self.assertEqual(srv.end().status, -signal.SIGINT)

    def test_it_waits_for_clients_to_go(self):
        with self.srv("--drain", "1000s") as srv, peer_of(srv) as peer:
            srv.stats(open=1)
            srv.signal(signal.SIGTERM)
            peer.sendall(b"x" * 1000)
            peer.shutdown(socket.SHUT_WR)
            self.assertEqual(peer.recv(1), b"")
            self.assertEqual(self.good(srv.end())["bytes_in"], 1000)

    def test_nobody_reads_its_output(self):
        for flags in (["--json"], []):
            reader, writer = os.pipe()
            with subprocess.Popen(
                    programs.command("srv", ["--listen", programs.LOOPBACK, "--stats", "10ms",
                                             "--engine", self.engine, *flags]),
                    stdout=writer, stderr=subprocess.DEVNULL) as srv:
                os.close(writer)
                self.assertTrue(os.read(reader, 1))
                os.close(reader)
                time.sleep(0.1)  # of failing reports
                srv.send_signal(signal.SIGTERM)
                self.assertEqual(srv.wait(programs.LIMIT), 0)


@programs.on_every_engine
class Client(programs.Case):
    def test_nobody_listens(self):
        sock, where = listener()
        sock.close()
        done = self.clt("--connect", where, "--conns", 10)
        with done as clt:
            done = clt.end()
        self.assertEqual(done.status, 1, done)
        self.assertIn(f"{where}: Connection refused", done.err)
        self.assertEqual(set(self.sound(done)["errors"]), {"ECONNREFUSED"})

    def test_what_cannot_be_reached(self):
        for where in ("255.255.255.255:9", "unix:/no/such/folder/x"):
            done = programs.run("clt", *self.clt_flags("--connect", where, "--conns", 10))
            self.assertEqual(done.status, 1, done)
            self.assertIn(where, done.err)
            self.assertIs(self.sound(done)["ok"], False)

    def test_one_of_two_servers_is_not_there(self):
        sock, nobody = listener()
        sock.close()
        with self.srv() as srv:
            done = programs.run("clt", *self.clt_flags(
                "--connect", srv.addresses()[0], "--connect", nobody, "--rate", 100, "--conns", 6,
                "--workers", 1, "--bytes", 6000))
            seen = self.end_srv(srv)
        self.assertEqual(done.status, 1, done)
        sent = self.sound(done)
        self.assertEqual((sent["opened"], sent["failed"], sent["errors"]),
                         (3, 3, {"ECONNREFUSED": 3}))
        self.assertEqual((seen["accepted"], seen["bytes_in"]), (3, 3000))

    def killed(self, mode, *flags):
        with self.srv("--mode", mode) as srv:
            with self.clt("--connect", srv.addresses()[0], "--conns", 5, *flags) as clt:
                srv.stats(open=10, bytes_in=1)
                clt.stats(open=10)
                srv.process.kill()
                done = clt.end()
        self.assertEqual(done.status, 1, done)
        sent = self.sound(done)
        self.assertIs(sent["ok"], False)
        self.assertEqual((sent["opened"], sent["closed"]), (10, 10))
        self.assertGreater(sent["reset"], 0)
        self.assertLessEqual(set(sent["errors"]), {"ECONNRESET", "EPIPE", "ECONNABORTED"})

    def test_the_server_is_killed(self):
        self.killed("sink")

    def test_the_server_is_killed_between_requests(self):
        self.killed("echo", "--mode", "echo", "--depth", 2)

    def test_a_server_that_never_reads(self):
        sock, where = listener()
        with sock, self.clt("--connect", where, "--conns", 3, "--finish", "300ms") as clt:
            clt.stats(open=6, bytes_out=1)
            done = clt.end(signal.SIGTERM)
        self.assertEqual(done.status, 1, done)
        self.assertIn("has not closed", done.err)
        self.assertEqual(self.sound(done)["closed"], 6)

    def test_a_server_that_resets(self):
        sock, where = listener()
        with sock, self.clt("--connect", where, "--conns", 3, "--workers", 1) as clt:
            for _ in range(3):
                peer, _ = sock.accept()
                peer.recv(1)
                reset(peer)
            done = clt.end()
        self.assertEqual(done.status, 1, done)
        self.assertEqual(self.sound(done)["reset"], 3)

    def unanswered(self, mode, end):
        sock, where = listener()
        with sock, self.clt("--connect", where, "--conns", 1, "--workers", 1, "--mode", mode,
                            "--rate", 1) as clt:
            peer, _ = sock.accept()
            with peer:
                received(peer, 16384)
            done = end(clt)
        self.assertEqual(done.status, 1, done)
        sent = self.sound(done)
        self.assertIs(sent["ok"], False)
        self.assertGreater(sent["errors"].get("ECONNABORTED", 0), 0, done)
        self.assertGreater(sent["reset"], 0)

    def test_a_server_that_closes_in_order_but_owes_an_answer(self):
        self.unanswered("echo", lambda clt: clt.end())

    def test_a_server_that_closes_in_order_before_the_one_answer(self):
        def end(clt):
            clt.stats(closed=1)
            return clt.end(signal.SIGTERM)

        self.unanswered("churn", end)

    def test_a_second_signal_ends_it_at_once(self):
        sock, where = listener()
        with sock, self.clt("--connect", where, "--conns", 1, "--workers", 1, "--finish", "1000s",
                            "--mode", "echo") as clt:
            peer, _ = sock.accept()
            with peer:
                request = received(peer, 16384)
                clt.signal(signal.SIGINT)
                # Whatever it has sent by now is answered; then it half-closes and waits for us.
                while request:
                    peer.sendall(request)
                    request = peer.recv(16384)
                clt.signal(signal.SIGINT)
                self.assertEqual(clt.end().status, -signal.SIGINT)


if __name__ == "__main__":
    programs.main(__name__, __doc__)

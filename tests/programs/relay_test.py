#!/usr/bin/env python3
"""The example relay between clients and an origin: bytes, half-closes, errors, its end.

    relay_test.py --bin build/release/bin [-k PATTERN]
"""

import random
import signal
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True
import programs  # noqa: E402


def reserved_port():
    """A socket that keeps a port for who shares it, as the relay's workers do."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind(("127.0.0.1", 0))
    return sock


def address_of(sock):
    host, port = sock.getsockname()
    return f"{host}:{port}"


def read_to_the_end(sock):
    data = b""
    while more := sock.recv(1 << 16):
        data += more
    return data


def connected(to):
    """A connection to the relay, which may need a moment to listen."""
    give_up = time.monotonic() + programs.LIMIT
    while True:
        try:
            return socket.create_connection(to.getsockname(), timeout=programs.LIMIT)
        except ConnectionRefusedError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.01)


class Relay(programs.Case):
    def setUp(self):
        self.at = reserved_port()
        self.addCleanup(self.at.close)
        self.origin = socket.create_server(("127.0.0.1", 0))
        self.origin.settimeout(programs.LIMIT)
        self.addCleanup(self.origin.close)
        self.relay = programs.Running("example_relay", address_of(self.at),
                                      address_of(self.origin))
        self.addCleanup(self.relay.__exit__)

    def test_passes_bytes_and_half_closes_both_ways(self):
        request = random.Random(1).randbytes(3_000_000)
        answer = random.Random(2).randbytes(2_000_000)
        heard = []

        def serve():
            peer, _ = self.origin.accept()
            with peer:
                peer.settimeout(programs.LIMIT)
                heard.append(read_to_the_end(peer))  # the client's half-close came through
                peer.sendall(answer)

        server = threading.Thread(target=serve)
        server.start()
        with connected(self.at) as client:
            client.sendall(request)
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(read_to_the_end(client), answer)
        server.join()
        self.assertEqual(heard, [request])

    def test_closes_the_client_when_the_origin_refuses(self):
        self.origin.close()
        with connected(self.at) as client:
            self.assertEqual(read_to_the_end(client), b"")

    def test_ends_with_connections_open_when_interrupted(self):
        self.needs_signals("example_relay")
        with connected(self.at) as client:
            client.sendall(b"hello")
            peer, _ = self.origin.accept()
            with peer:
                self.assertEqual(peer.recv(5), b"hello")
                self.assertEqual(self.relay.end(signal.SIGINT).status, 0)


if __name__ == "__main__":
    programs.main(__name__, __doc__)

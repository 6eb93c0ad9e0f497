"""One server held against another under the same load: what bench_sink and bench_echo share.

Every run starts a fresh server, drives it with raw_clt until a fixed amount of work is done, stops
it with SIGTERM and reads the CPU time of the whole process from its summary. Server and client are
pinned to a CPU each where there are two, in the same way for both sides.
"""

import argparse
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import compare_pairs as pairs

# What srv is held against: the server that does {mode}. A build has those whose libraries are
# there.
PEERS = {
    "raw": "raw_{mode}",
    "raw_uring": "raw_{mode}_uring",
    "asio": "peer_{mode}_asio",
    "libuv": "peer_{mode}_libuv",
}

SLOW = float(os.environ.get("IAPP_TEST_SLOW", "1"))
START_SECONDS = 10 * SLOW
STOP_SECONDS = 10 * SLOW


def size(text):
    """A size as all programs take it: K, M and G are powers of 1024."""
    shift = {"K": 10, "M": 20, "G": 30}.get(text[-1:].upper(), 0)
    try:
        value = int(text[:-1] if shift else text) << shift
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: not a size") from None
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text}: at least 1")
    return value


def add_flags(parser, programs):
    """The flags that both scripts have. `programs` is "srv and raw_sink", for the help."""
    parser.add_argument("--version", action="version", version=pairs.version())
    parser.add_argument("--peer", choices=tuple(PEERS), default="raw",
                        help="what srv is held against")
    parser.add_argument("--pairs", type=size, default=9)
    parser.add_argument("--self-pairs", type=size, default=3, help="pairs of B against itself")
    parser.add_argument("--seconds", type=float, default=3.0,
                        help="how long a run takes at least, when the work is not given")
    parser.add_argument("--sndbuf", type=size, default=None, help="of both sides' sockets")
    parser.add_argument("--rcvbuf", type=size, default=None, help="of both sides' sockets")
    parser.add_argument("--engine", help="given to srv")
    parser.add_argument("--bin", metavar="DIR", help=f"where {programs} and raw_clt are")
    parser.add_argument("--a-server", metavar="CMD", help="runs in place of srv, with raw's flags")
    parser.add_argument("--b-server", metavar="CMD", help="the same in place of the peer")
    parser.add_argument("--self", action="store_true", help="the peer in place of srv")
    parser.add_argument("--timeout", type=float, default=120 * SLOW, help="seconds for one run")
    parser.add_argument("--out", metavar="DIR", help="gets the result as JSON and as a plot")
    parser.add_argument("--json", action="store_true", help="prints the result as one object")


def program(options, name):
    """The path of a program in --bin, beside the script, or in the release build."""
    script = os.path.abspath(sys.argv[0])
    root = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    places = [options.bin] if options.bin else [
        os.path.dirname(script), os.path.join(root, "build", "release", "bin")]
    for place in places:
        path = os.path.join(place, name)
        if os.access(path, os.X_OK):
            return path
    raise pairs.Failure(f"no program {name} in {' or '.join(places)}: build it (its library may "
                        "be missing), or give --bin")


def load(options):
    """The client that costs least, so that the server is the limit."""
    if options.client:
        return program(options, options.client)
    try:
        return program(options, "raw_clt_uring")
    except pairs.Failure:
        return program(options, "raw_clt")


def pinned(command, which):
    """The command on the first or second of the CPUs that we may use, where there are two."""
    if hasattr(os, "sched_getaffinity"):
        cpus = sorted(os.sched_getaffinity(0))
    else:
        cpus = list(range(os.cpu_count() or 1))
    if len(cpus) < 2:
        return command
    for tool, flag in (("taskset", "-c"), ("cpuset", "-l")):
        if shutil.which(tool):
            return [tool, flag, str(cpus[which])] + command
    return command


def commands(options, mode, io_size):
    """The command lines of the two servers, A and B."""
    common = ["--listen", "127.0.0.1:0", "--io-size", str(io_size), "--json"]
    for name in ("sndbuf", "rcvbuf"):
        if getattr(options, name):
            common += [f"--{name}", str(getattr(options, name))]
    if mode == "sink":
        common += ["--discard", options.discard]
    b = (shlex.split(options.b_server) if options.b_server else
         [program(options, PEERS[options.peer].format(mode=mode))]) + common
    if options.a_server:
        return shlex.split(options.a_server) + common, b
    if options.self:
        return b, b
    # The raw servers report at the end only.
    a = [program(options, "srv"), "--mode", mode, "--workers", "1", "--stats", "0"] + common
    return a + (["--engine", options.engine] if options.engine else []), b


class Server:
    """A running server. Use with `with`: it never outlives the block."""

    def __init__(self, command):
        self.name = os.path.basename(command[0])
        self.lines = []
        self.listening = threading.Event()
        self.messages = tempfile.TemporaryFile(mode="w+", errors="replace")
        try:
            self.process = subprocess.Popen(pinned(command, 0), stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=self.messages, text=True)
        except OSError as error:
            raise pairs.Failure(f"{command[0]}: {error.strerror}") from None
        self.reader = threading.Thread(target=self.read, daemon=True)
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

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line)
            if '"listening"' in line:
                self.listening.set()
        self.listening.set()

    def fail(self, what):
        self.messages.seek(0)
        return pairs.Failure(f"{self.name}: {what}\n{self.messages.read().rstrip()}")

    def address(self):
        self.listening.wait(START_SECONDS)
        for line in self.lines:
            value = json.loads(line) if line.startswith("{") else {}
            if value.get("type") == "listening":
                return value["address"]
        raise self.fail("did not say where it listens")

    def stop(self):
        """Asks it to end; returns its summary."""
        self.process.terminate()
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise self.fail(f"did not end within {STOP_SECONDS:g} s of SIGTERM") from None
        self.reader.join()
        if status != 0:
            raise self.fail(f"exit status {status}")
        return pairs.last_summary("".join(self.lines), self.name)


def drive(server_command, client_command, timeout):
    """One run. Returns the summaries of server and client."""
    with Server(server_command) as server:
        command = pinned(client_command + ["--connect", server.address(), "--json"], 1)
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=timeout, check=False)
        except subprocess.TimeoutExpired:
            raise server.fail(f"the client had not finished after {timeout:g} s") from None
        if done.returncode != 0:
            raise server.fail(f"the client failed: {done.stdout}{done.stderr.rstrip()}")
        return server.stop(), pairs.last_summary(done.stdout, "raw_clt")


def calibrated(run, amount, seconds):
    """The amount of work that takes at least `seconds`. run(amount) returns how long it took."""
    while True:
        took = run(amount)
        if took >= seconds:
            return amount
        amount = int(amount * min(16, max(1.1, 1.2 * seconds / max(took, 0.001))))


def medians(records, name):
    return round(statistics.median(record[name] for record in records), 6)


def report(options, name, title, unit, result, fields, a, b):
    """Adds the medians of `fields` (key: words) to the result, prints and saves it."""
    shortest = min(record["seconds"] for record in a + b)
    if shortest < options.seconds:
        pairs.say(f"{name}: the shortest run took only {shortest:.2f} s; give it more work")
    summary = {**pairs.begin_summary(name, options.started, engine=a[0]["engine"],
                                     peer_engine=b[0]["engine"], workers=1),
               "peer": options.peer, "conns": options.conns, "io_size": options.io_size,
               "pairs": options.pairs, "shortest_run_seconds": shortest, **result}
    for key in fields:
        summary[key] = {"a": medians(a, key), "b": medians(b, key)}
    if options.out:
        pairs.save(summary, options.out, name, title, unit)
    if options.json:
        print(json.dumps(summary))
        return
    print(f"{title}\n{'':28}{'A':>12}{'B':>12}")
    for key, words in fields.items():
        print(f"{words:28}{summary[key]['a']:>12.6g}{summary[key]['b']:>12.6g}")
    print(f"{unit}: {pairs.verdict(result)}")


def run_main(name, main):
    """Ends the script as all programs end: 1 for a failure, argparse takes 2 for wrong usage."""
    try:
        main()
    except pairs.Failure as failure:
        sys.exit(f"{name}: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)

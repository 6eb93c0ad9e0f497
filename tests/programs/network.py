"""A network of the tests' own: two hosts and a wire between them that loses packets.

Each host is a network namespace that no name keeps: it ends with the process that holds it, and
that ends with us, whatever happens. The wire is a thread that carries packets between the hosts'
tun devices, so nothing else of the kernel is needed to lose some or all of them.
"""

import ctypes
import fcntl
import os
import random
import select
import shutil
import struct
import subprocess
import sys
import threading

SEED = int(os.environ.get("IAPP_TEST_SEED", "1"))
CLONE_NEWNET = 0x40000000  # from the kernel's headers, like the next: sched.h, if_tun.h
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
TUN = "/dev/net/tun"
LIBC = ctypes.CDLL(None, use_errno=True)


def why_not():
    """What keeps such networks from being made here; None if nothing does."""
    if not sys.platform.startswith("linux"):
        return "only Linux has network namespaces"
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    if not shutil.which("ip"):
        return "ip (iproute2) is not installed"
    if not os.access(TUN, os.R_OK | os.W_OK):
        return f"no access to {TUN}"
    try:
        Host("10.91.0.1", "10.91.0.2").close()
    except (OSError, subprocess.CalledProcessError) as problem:
        return f"no network namespace here: {problem}"
    return None


def call(function, *arguments):
    """In the child: one of the C library's, which must not fail."""
    if getattr(LIBC, function)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), function)


class Host:
    """A network namespace with one address, at one end of a wire."""

    def __init__(self, address, peer):
        self.address = address
        self.tun = self.space = -1
        self.holder = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                       preexec_fn=lambda: call("unshare", CLONE_NEWNET))
        try:
            self.space = os.open(f"/proc/{self.holder.pid}/ns/net", os.O_RDONLY)
            self.tun = os.open(TUN, os.O_RDWR)
            name = f"iapp{self.holder.pid}"
            fcntl.ioctl(self.tun, TUNSETIFF,
                        struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
            self.run("ip", "link", "set", name, "netns", str(self.holder.pid), inside=False)
            self.run("ip", "address", "add", address, "peer", peer, "dev", name)
            for device in ("lo", name):
                self.run("ip", "link", "set", device, "up")
        except BaseException:
            self.close()
            raise

    def enter(self):
        """For a child, between fork and exec."""
        call("setns", self.space, CLONE_NEWNET)

    def run(self, *command, inside=True):
        subprocess.run(command, check=True, preexec_fn=self.enter if inside else None)

    def set(self, setting, value):
        """A kernel's setting below net.ipv4, for this host alone."""
        self.run("sh", "-c", f"echo {value} >/proc/sys/net/ipv4/{setting}")

    def close(self):
        for each in (self.tun, self.space):
            if each >= 0:
                os.close(each)
        self.holder.stdin.close()
        self.holder.wait()


class Wire:
    """Two hosts, `near` and `far`. Use with `with`."""

    def __init__(self):
        self.near = Host("10.91.0.1", "10.91.0.2")
        try:
            self.far = Host("10.91.0.2", "10.91.0.1")
        except BaseException:
            self.near.close()
            raise
        self.loss = 0.0  # part of the packets, either way; 1: a partition
        self.carried = self.lost = 0
        self.random = random.Random(SEED)
        self.over, self.hang_up = os.pipe()
        self.carrier = threading.Thread(target=self._carry, daemon=True)
        self.carrier.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.hang_up)
        self.carrier.join()
        os.close(self.over)
        self.near.close()
        self.far.close()

    def cut(self):
        self.loss = 1.0

    def mend(self):
        self.loss = 0.0

    def _carry(self):
        across = {self.near.tun: self.far.tun, self.far.tun: self.near.tun}
        while True:
            ready, _, _ = select.select([self.over, *across], [], [])
            if self.over in ready:
                return
            for each in ready:
                packet = os.read(each, 65536)
                if self.random.random() < self.loss:
                    self.lost += 1
                else:
                    os.write(across[each], packet)
                    self.carried += 1

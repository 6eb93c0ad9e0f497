#!/usr/bin/env python3
"""srv, clt and the demo where the kernel refuses io_uring, as sandboxes do: all runs on epoll.

    without_io_uring_test.py --bin build/release/bin [-k PATTERN]
"""

import ctypes
import errno
import os
import signal
import struct
import sys

sys.dont_write_bytecode = True
import programs  # noqa: E402

# From the kernel's headers: prctl(2), seccomp(2), bpf_common.h. The system call's number is the
# same on every processor that we run on.
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ERRNO, ALLOW = 0x00050000, 0x7fff0000
IO_URING_SETUP = 425
LINE = "io_uring does not work here"


def refuse_io_uring():
    """In the child: from now on io_uring_setup fails with EPERM, for its children too."""
    rules = [(LOAD_WORD, 0, 0, 0), (JUMP_IF_EQUAL, 0, 1, IO_URING_SETUP),
             (RETURN, 0, 0, ERRNO | errno.EPERM), (RETURN, 0, 0, ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(rules),
                                                      ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if (libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or
            libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) != 0):
        raise OSError(ctypes.get_errno(), "seccomp")


# Nothing in the environment asks for an engine.
FREE = {name: value for name, value in os.environ.items() if name != "IAPP_ENGINE"}
REFUSED = {"preexec_fn": refuse_io_uring, "env": FREE}


class WithoutIoUring(programs.Case):

    def test_everything_runs_on_epoll_and_one_line_says_so(self):
        with programs.Running("srv", *self.flags(["--listen", programs.LOOPBACK, "--mode", "echo",
                                                  "--workers", 4]), **REFUSED) as srv:
            clt = programs.run("clt", *self.flags([
                "--connect", srv.addresses()[0], "--mode", "echo", "--conns", 20, "--bytes", "1M"]),
                **REFUSED)
            done = srv.end(signal.SIGTERM)
            done.err = srv.err()
        for each in (clt, done):
            self.assertEqual(each.status, 0, each)
            self.assertEqual(each.summary["engine"], "epoll", each)
            self.assertEqual(each.err.count(LINE), 1, each)
            self.assertIn("using epoll", each.err)
        self.assertEqual(clt.summary["bytes_in"], 1 << 20)
        self.assertEqual(done.summary["bytes_in"], 1 << 20)

    def test_asking_for_io_uring_by_name_fails_and_says_why(self):
        by_flag = programs.run("srv", "--listen", programs.LOOPBACK, "--engine", "io_uring",
                               **REFUSED)
        by_environment = programs.run("srv", "--listen", programs.LOOPBACK,
                                      preexec_fn=refuse_io_uring,
                                      env={**FREE, "IAPP_ENGINE": "io_uring"})
        for done in (by_flag, by_environment):
            self.assertEqual(done.status, 1, done)
            self.assertIn("io_uring", done.err)
            self.assertIn("not permitted", done.err)


if __name__ == "__main__":
    programs.main(__name__, __doc__)

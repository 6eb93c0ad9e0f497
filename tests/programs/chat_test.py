#!/usr/bin/env python3
"""The example chat: what one member says reaches all, in order, and who leaves disturbs nobody.

    chat_test.py --bin build/release/bin [-k PATTERN]
"""

import contextlib
import signal
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import programs  # noqa: E402

MEMBERS = 12


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Member:
    def __init__(self, chat):
        deadline = time.monotonic() + programs.LIMIT
        while True:
            try:
                self.connection = socket.create_connection(("127.0.0.1", chat.port), programs.LIMIT)
                break
            except ConnectionRefusedError:  # it does not listen yet
                if time.monotonic() > deadline or chat.process.poll() is not None:
                    raise
                time.sleep(0.01)
        self.lines = self.connection.makefile("r")

    def say(self, text):
        self.connection.sendall(text.encode())

    def hear(self):
        return self.lines.readline()

    def leave(self):
        self.lines.close()
        self.connection.close()


class Chat(programs.Case):
    def setUp(self):
        self.port = free_port()
        self.process = subprocess.Popen(programs.command("example_chat",
                                                         [f"127.0.0.1:{self.port}"]))

    def tearDown(self):
        self.process.kill()
        self.process.wait()

    def test_everybody_hears_every_line(self):
        with contextlib.ExitStack() as leaving:
            all_members = []
            for number in range(MEMBERS):
                member = Member(self)
                leaving.callback(member.leave)
                all_members.append(member)
                member.say(f"{number} has come\n")  # heard by itself: it has subscribed
                for each in all_members:
                    self.assertEqual(each.hear(), f"{number} has come\n")
            leaver = all_members.pop()
            leaver.leave()
            all_members[0].say("one\ntwo\nth")
            all_members[0].say("ree\n")
            for each in all_members:
                self.assertEqual([each.hear() for _ in range(3)], ["one\n", "two\n", "three\n"])

    def test_ends_with_members_when_interrupted(self):
        self.needs_signals("example_chat")
        member = Member(self)
        member.say("hello\n")
        self.assertEqual(member.hear(), "hello\n")
        self.process.send_signal(signal.SIGINT)
        self.assertEqual(self.process.wait(programs.LIMIT), 0)
        member.leave()

    def test_an_endless_line_ends_its_member_alone(self):
        talker, other = Member(self), Member(self)
        talker.say("x" * 5000)
        self.assertEqual(talker.hear(), "")
        other.say("still here\n")
        self.assertEqual(other.hear(), "still here\n")
        talker.leave()
        other.leave()


if __name__ == "__main__":
    programs.main(__name__, __doc__)

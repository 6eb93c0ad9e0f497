"""Checks the models of the mailboxes with spin, every state of them, and that faults are found.

    model_test.py [--bin FOLDER] GROUP…      groups: the classes below

A holding scenario must be searched to its end without an error. A fault, which a macro builds into
the model, must be found, and in the way that is expected: that shows what each step of the protocol
is there for, and that the model can see it. Exits 77 where there is no spin or no C compiler.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

MODELS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "model")
SPIN = shutil.which("spin")
COMPILER = next(filter(None, map(shutil.which, ["cc", "gcc", "clang"])), None)
SLOW = max(1.0, float(os.environ.get("IAPP_TEST_SLOW", "1")))
LIMIT = 200 * SLOW  # seconds for one search
MEMORY_MB = 2000

# What pan says of each kind of error.
STUCK = "invalid end state"  # a wake was lost: somebody sleeps for ever
ASSERTION = "assertion violated"


def command(*words, folder):
    done = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False, timeout=LIMIT)
    return done.stdout + done.stderr


class Search:
    """One exhaustive search of a model with macros: how it ended, and how to get stuck there."""

    def __init__(self, model, macros, cycles=False, optimise="-O1"):
        self.name = f"{model} {' '.join(macros)}"
        words = [f"-D{macro}" for macro in macros]
        path = os.path.join(MODELS, model)
        with tempfile.TemporaryDirectory() as folder:
            said = command(SPIN, f"-P{COMPILER} -E -x c", "-a", *words, path, folder=folder)
            kind = "-DNP" if cycles else "-DSAFETY"
            said += command(COMPILER, optimise, "-w", kind, "-DCOLLAPSE", f"-DMEMLIM={MEMORY_MB}",
                            "-o", "pan", "pan.c", folder=folder)
            if not os.path.exists(os.path.join(folder, "pan")):
                raise AssertionError(f"{self.name}: no verifier: {said}")
            flags = ["-l"] if cycles else []
            self.output = command("./pan", "-m20000", *flags, folder=folder)
            errors = re.search(r"errors: (\d+)", self.output)
            self.errors = int(errors.group(1)) if errors else None
            self.trail = ""
            if self.errors:
                said = command("./pan", "-r", "-n", folder=folder)
                self.trail = "\n".join(said.splitlines()[-80:])
        incomplete = "Search not completed" in self.output or "too small" in self.output
        self.complete = self.errors == 0 and not incomplete
        states = re.search(r"(\d+) states, stored", self.output)
        print(f"{self.name}: {states.group(1) if states else '?'} states, {self.errors} errors")

    def __str__(self):
        return f"{self.name}\n{self.output}\n{self.trail}"


class Model(unittest.TestCase):
    def holds(self, model, *macros, cycles=False):
        search = Search(model, macros, cycles)
        self.assertTrue(search.complete, search)

    def fails(self, expected, model, *macros):
        search = Search(model, macros, optimise="-O0")
        self.assertTrue(search.errors, search)
        self.assertIn(expected, search.output)


class Flow(Model):
    """Two senders, one receiver, until all has been delivered."""

    def test_rings_of_two_slots(self):
        self.holds("mailbox.pml")

    def test_rings_of_one_slot_are_full_most_of_the_time(self):
        self.holds("mailbox.pml", "RING=1", "MESSAGES_0=2")

    def test_a_budget_that_leaves_messages_in_the_ring(self):
        self.holds("mailbox.pml", "BUDGET=1")

    def test_a_receiver_that_also_wakes_by_itself(self):
        self.holds("mailbox.pml", "TIMER", "RING=1", "MESSAGES_0=2", "MESSAGES_1=1")

    def test_nothing_goes_round_in_circles(self):
        for ring in ["RING=1", "RING=2"]:
            self.holds("mailbox.pml", "NOTHING_ELSE_TO_DO", "BUDGET=1", "MESSAGES_1=1", ring,
                       cycles=True)

    def test_rings_that_are_owed(self):
        self.holds("mailbox.pml", "OWE", "MESSAGES_1=1")
        self.holds("mailbox.pml", "OWE", "RING=1", "MESSAGES_0=2", "MESSAGES_1=1")

    def test_the_second_push_saves_a_wake_and_nothing_depends_on_it(self):
        self.holds("mailbox.pml", "WITHOUT_RETRY", "RING=1", "MESSAGES_1=1")


class Stop(Model):
    """A stop at any moment: who stops, who pushes from outside, who buries what is left."""

    def test_with_a_full_ring_and_messages_in_the_outbox(self):
        self.holds("mailbox.pml", "STOP", "RING=1", "MESSAGES_0=2", "MESSAGES_1=0")

    def test_with_rings_that_are_owed(self):
        self.holds("mailbox.pml", "STOP", "OWE", "RING=1", "MESSAGES_0=1", "MESSAGES_1=1")

    def test_with_two_senders_and_a_foreign_thread(self):
        self.holds("mailbox.pml", "STOP", "RING=1", "MESSAGES_0=1", "MESSAGES_1=1",
                   "FOREIGN_MESSAGES=1")

    def test_with_a_foreign_thread_at_the_limit_of_the_door(self):
        self.holds("mailbox.pml", "STOP", "RING=1", "MESSAGES_0=0", "MESSAGES_1=0",
                   "FOREIGN_MESSAGES=3")


class Post(Model):
    """Posts that run, are cancelled or dropped, with fewer words than posts."""

    def test_one_word_used_again_and_again(self):
        self.holds("post.pml")

    def test_two_words(self):
        self.holds("post.pml", "WORDS=2", "TRIES=1")


class Faults(Model):
    """What must not be simplified away."""

    def test_a_relaxed_look_before_the_ring_loses_a_wake(self):
        self.fails(STUCK, "mailbox.pml", "FAULT_PRECHECK")

    def test_a_relaxed_ring_loses_a_message(self):
        self.fails(STUCK, "mailbox.pml", "FAULT_RELAXED_RING")

    def test_only_weak_memory_tells_these_two(self):
        self.holds("mailbox.pml", "FAULT_PRECHECK", "SEQUENTIAL", "MESSAGES_1=1")
        self.holds("mailbox.pml", "FAULT_RELAXED_RING", "SEQUENTIAL", "MESSAGES_1=1")

    def test_a_ring_that_is_owed_and_forgotten_is_missed(self):
        self.fails(STUCK, "mailbox.pml", "OWE", "FAULT_FORGOTTEN_RING")

    def test_a_plain_store_to_fall_asleep_loses_a_wake(self):
        self.fails(STUCK, "mailbox.pml", "FAULT_PLAIN_SLEEP")

    def test_all_who_see_a_sleeper_waking_it_is_too_often(self):
        self.fails(ASSERTION, "mailbox.pml", "FAULT_ALL_WAKE")

    def test_a_stall_that_does_not_ring_is_not_seen(self):
        self.fails(STUCK, "mailbox.pml", "FAULT_SILENT_STALL")

    def test_a_second_push_that_does_not_ring_is_not_seen(self):
        self.fails(STUCK, "mailbox.pml", "FAULT_SILENT_RETRY")

    def test_looking_for_stalled_senders_before_the_collect_misses_one(self):
        self.fails(STUCK, "mailbox.pml", "FAULT_EARLY_STALL_LOOK")

    def test_sleeping_with_a_residue_leaves_messages_behind(self):
        self.fails(STUCK, "mailbox.pml", "FAULT_FORGOTTEN_RESIDUE", "BUDGET=1")

    def test_looking_at_the_stop_flag_before_the_collect_misses_it(self):
        self.fails(STUCK, "mailbox.pml", "FAULT_EARLY_STOP_LOOK", "STOP", "RING=1", "MESSAGES_0=1",
                   "MESSAGES_1=0")

    def test_burying_while_a_foreign_thread_pushes_loses_count(self):
        self.fails(ASSERTION, "mailbox.pml", "FAULT_EARLY_BURIAL", "STOP", "MESSAGES_0=1",
                   "MESSAGES_1=0", "FOREIGN_MESSAGES=1")

    def test_cancelling_in_two_steps_lets_a_cancelled_post_run(self):
        self.fails(ASSERTION, "post.pml", "FAULT_TWO_STEP_CANCEL")

    def test_claiming_in_two_steps_does_so_too(self):
        self.fails(ASSERTION, "post.pml", "FAULT_TWO_STEP_CLAIM")

    def test_without_a_generation_an_old_handle_cancels_another_post(self):
        self.fails(ASSERTION, "post.pml", "FAULT_NO_GENERATION")


if __name__ == "__main__":
    if SPIN is None or COMPILER is None:
        print("skipped: needs spin and a C compiler")
        sys.exit(77)
    words = sys.argv[1:]
    groups = words[2:] if words[:1] == ["--bin"] else words  # the models need no program
    unittest.main(argv=[sys.argv[0], *groups], verbosity=2)

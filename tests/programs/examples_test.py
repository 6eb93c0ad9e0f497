#!/usr/bin/env python3
"""The examples that run to an end of their own do what they say.

    examples_test.py --bin build/release/bin [-k PATTERN]
"""

import sys
import tempfile

sys.dont_write_bytecode = True
import programs  # noqa: E402


class Examples(programs.Case):
    def test_the_pool_does_all_jobs_though_workers_fail(self):
        done = programs.run("example_pool")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(done.out, "9592 primes below 100000, in 40 jobs, with 4 restarts\n", done)

    def test_the_counter_counts_what_it_is_given(self):
        lines = [f"{' ' * (n % 3)}{n} bottles of beer\n" for n in range(100_000)]
        with tempfile.TemporaryFile("w+") as file:
            file.write("".join(lines))
            file.seek(0)
            done = programs.run("example_counter", stdin=file)
        self.assertEqual(done.status, 0, done)
        self.assertEqual(done.out, f"100000 400000 {sum(map(len, lines))}\n", done)

    def test_the_counter_counts_nothing(self):
        self.assertEqual(programs.run("example_counter").out, "0 0 0\n")


if __name__ == "__main__":
    programs.main(__name__, __doc__)

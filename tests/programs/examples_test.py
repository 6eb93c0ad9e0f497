#!/usr/bin/env python3
"""The examples that run to an end of their own do what they say.

    examples_test.py --bin build/release/bin [-k PATTERN]
"""

import sys

sys.dont_write_bytecode = True
import programs  # noqa: E402


class Examples(programs.Case):
    def test_the_pool_does_all_jobs_though_workers_fail(self):
        done = programs.run("example_pool")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(done.out, "9592 primes below 100000, in 40 jobs, with 4 restarts\n", done)


if __name__ == "__main__":
    programs.main(__name__, __doc__)

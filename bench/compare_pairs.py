"""Interleaved pairs of runs: the order, the ratios, the files that are left behind.

Shared by compare, bench_sink and bench_echo. A and B run in turn, in the order AB BA AB ..., so
that a machine that slows down for a while does not favour one of them.
"""

import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time


class Failure(Exception):
    """A run that failed; its message is for people, the script ends with status 1."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def version():
    """The project's version, read where it is defined."""
    root = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    try:
        with open(os.path.join(root, "CMakeLists.txt"), encoding="utf-8") as file:
            found = re.search(r"project\([^)]*VERSION\s+([0-9.]+)", file.read())
            return found.group(1) if found else "unknown"
    except OSError:
        return "unknown"


def last_summary(text, where):
    """The last object of type summary among the lines of a program's output."""
    found = None
    for line in text.splitlines():
        if line.startswith("{"):
            try:
                value = json.loads(line)
            except ValueError:
                raise Failure(f"{where}: not a line of JSON: {line}") from None
            if value.get("type") == "summary":
                found = value
    if found is None:
        raise Failure(f"{where}: printed no summary object")
    return found


def summary_of(command):
    """Runs a shell command line to its end; returns the summary that it printed."""
    done = subprocess.run(command, shell=True, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise Failure(f"{command}: exit status {done.returncode}\n{done.stderr.rstrip()}")
    return last_summary(done.stdout, command)


def begin_summary(program, started, **fields):
    """The fields that every summary has, with `fields` after the program's version."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"type": "summary", "program": program, "version": version(), **fields,
            "seconds": round(time.monotonic() - started, 3),
            "cpu_seconds": round(used.ru_utime + used.ru_stime, 3), "ok": True, "errors": {}}


def interleave(pairs, run_a, run_b, figure, label):
    """Runs both `pairs` times. Returns the two lists of what the runs returned."""
    a, b = [], []
    for index in range(pairs):
        for side, run in ((a, run_a), (b, run_b)) if index % 2 == 0 else ((b, run_b), (a, run_a)):
            side.append(run())
        if not figure(b[-1]) > 0:
            raise Failure("the figure of B is not above zero, so there is no ratio")
        ratio = figure(a[-1]) / figure(b[-1])
        say(f"{label} {index + 1}/{pairs}: {figure(a[-1]):.6g} / {figure(b[-1]):.6g} = {ratio:.4f}")
    return a, b


def ratios(a, b, figure):
    return [figure(x) / figure(y) for x, y in zip(a, b)]


def quartiles(values):
    if len(values) == 1:
        return values[0], values[0], values[0]
    return tuple(statistics.quantiles(values, n=4, method="inclusive"))


def load_before():
    """The machine's load, with a warning when it is not idle."""
    load = os.getloadavg()[0]
    if load > 0.5:
        say(f"something else runs here, or just did (load {load:.2f}): expect wide quartiles")
    return round(load, 2)


def compare(run_a, run_b, figure, pairs, self_pairs):
    """B against itself, then A against B. Returns the result and the records of both sides."""
    load = load_before()
    result, a, b = measure(run_a, run_b, figure, pairs, self_pairs)
    return {**result, "load_before": load}, a, b


def measure(run_a, run_b, figure, pairs, self_pairs):
    """The same without a look at the machine's load."""
    self_ratio = statistics.median(
        ratios(*interleave(self_pairs, run_b, run_b, figure, "self"), figure))
    a, b = interleave(pairs, run_a, run_b, figure, "pair")
    q1, median, q3 = quartiles(ratios(a, b, figure))
    result = {"ratio_median": round(median, 5), "ratio_q1": round(q1, 5), "ratio_q3": round(q3, 5),
              "self_ratio": round(self_ratio, 5),
              "a": [figure(x) for x in a], "b": [figure(x) for x in b]}
    return result, a, b


def verdict(result):
    return (f"A/B {result['ratio_median']:.4f} (quartiles {result['ratio_q1']:.4f} to "
            f"{result['ratio_q3']:.4f}), B against itself {result['self_ratio']:.4f}")


def save(result, directory, name, title, unit):
    """Writes NAME.json and NAME.svg into the directory, which is made if need be."""
    try:
        os.makedirs(directory, exist_ok=True)
        with open(os.path.join(directory, name + ".json"), "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
            file.write("\n")
        with open(os.path.join(directory, name + ".svg"), "w", encoding="utf-8") as file:
            file.write(plot(result, title, unit))
    except OSError as error:
        raise Failure(f"cannot write to {directory}: {error.strerror}") from None


# -- the plot -------------------------------------------------------------------------------------

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 360, 70, 20, 50, 50

STYLE = """<style>
text { font: 13px sans-serif; fill: #444 } .title { font-size: 15px }
.axis { stroke: #888 } .grid { stroke: #888; stroke-opacity: .25 }
.one { stroke: #888; stroke-dasharray: 2 4 } .self { stroke: #c60; stroke-dasharray: 8 4 }
.median { stroke: #27c; stroke-width: 2 } .quartiles { fill: #27c; fill-opacity: .12 }
.dot { fill: #27c }
@media (prefers-color-scheme: dark) {
 text { fill: #bbb } .median { stroke: #6af } .quartiles { fill: #6af } .dot { fill: #6af }
 .self { stroke: #fa5 }
}
</style>"""


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plot(result, title, unit):
    """One dot a pair, the median with its quartiles, 1, and B against itself. No background."""
    values = [x / y for x, y in zip(result["a"], result["b"])]
    shown = values + [1.0, result["self_ratio"]]
    low, high = min(shown), max(shown)
    margin = max((high - low) * 0.1, 0.01)
    low, high = low - margin, high + margin

    def x_of(index):
        return LEFT + (WIDTH - LEFT - RIGHT) * (index + 0.5) / len(values)

    def y_of(ratio):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (ratio - low) / (high - low)

    def level(ratio, kind):
        y = y_of(ratio)
        return f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'

    top, bottom = y_of(result["ratio_q3"]), y_of(result["ratio_q1"])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        STYLE,
        f'<text class="title" x="{LEFT}" y="20">{escape(title)}</text>',
        f'<text x="{LEFT}" y="38">{escape(verdict(result))}</text>',
    ]
    for step in range(5):
        ratio = low + (high - low) * step / 4
        parts.append(level(ratio, "grid"))
        parts.append(f'<text x="{LEFT - 8}" y="{y_of(ratio) + 4:.1f}" text-anchor="end">'
                     f'{ratio:.3f}</text>')
    parts.append(f'<rect class="quartiles" x="{LEFT}" width="{WIDTH - LEFT - RIGHT}" '
                 f'y="{top:.1f}" height="{max(bottom - top, 0.5):.1f}"/>')
    parts += [level(1.0, "one"), level(result["self_ratio"], "self"),
              level(result["ratio_median"], "median")]
    for index, ratio in enumerate(values):
        x = x_of(index)
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y_of(ratio):.1f}" r="4"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">'
                     f'{index + 1}</text>')
    middle = (HEIGHT - BOTTOM + TOP) / 2
    parts += [
        f'<line class="axis" x1="{LEFT}" x2="{LEFT}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>',
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{HEIGHT - BOTTOM}" '
        f'y2="{HEIGHT - BOTTOM}"/>',
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">'
        'pair</text>',
        f'<text transform="translate(18 {middle}) rotate(-90)" text-anchor="middle">'
        f'A/B, {escape(unit)}</text>',
        "</svg>\n",
    ]
    return "\n".join(parts)

"""All cases of bench_actors beside the same on CAF: what compare --actors prints."""

import shlex
import statistics
from typing import NamedTuple, Optional

import compare_pairs as pairs
import compare_servers as servers

OURS, PEER = "bench_actors", "caf_actors"


class Case(NamedTuple):
    """A case and what it shall reach; None: nothing is set."""

    name: str
    unit: str
    times: Optional[float] = None  # at least so many times ours shall be what the peer needs
    most: Optional[float] = None   # of our figure
    aim: Optional[float] = None    # of our figure, in the cache-line class near
    field: str = "ns_median"


CASES = {case.name: case for case in (
    Case("ping", "ns a message", times=20, aim=8),
    Case("ring", "ns a hop", aim=10),
    Case("fan_in", "ns a message", times=20),
    Case("broadcast", "ns a delivery", times=50, aim=3),
    Case("ask", "ns a request", times=10, aim=25),
    Case("spawn", "ns an actor", times=10, aim=40),
    Case("memory", "bytes an actor", most=160, field="bytes_per_actor"),
)}


def add_flags(parser):
    parser.add_argument("--actors", action="store_true",
                        help=f"prints a table: {OURS} beside {PEER}, where that is built")
    parser.add_argument("--case", action="append", choices=tuple(CASES),
                        help="of --actors, may be repeated; default: all")
    parser.add_argument("--bin", metavar="DIR", help=f"where {OURS} and {PEER} are")
    parser.add_argument("--count", type=servers.size, help="of --actors: the work of one run")
    parser.add_argument("--repeats", type=servers.size, default=3,
                        help="of --actors: runs of which a program gives the median")


def programs(options):
    """The paths of ours and the peer; the latter is None where it is not built."""
    ours = servers.program(options, OURS)
    try:
        return ours, servers.program(options, PEER)
    except pairs.Failure as failure:
        pairs.say(f"ours alone: {failure}")
        return ours, None


def run_case(case, options, ours, peer):
    """One row of the table, and one of our summaries."""
    def runner(path):
        command = [path, "--case", case.name, "--repeats", str(options.repeats), "--json"]
        command += ["--count", str(options.count)] if options.count else []
        return lambda: pairs.summary_of(shlex.join(command))

    pairs.say(f"{case.name}, {case.unit}")
    row = {"case": case.name, "unit": case.unit, "times_bar": case.times, "bar": case.most,
           "aim": case.aim}
    if peer is None:
        b = [runner(ours)() for _ in range(options.pairs)]
        row["b"] = [summary[case.field] for summary in b]
    else:
        # The ratio is the peer's figure by ours, so ours are the runs of B.
        result, a, b = pairs.measure(runner(peer), runner(ours),
                                     lambda summary: summary[case.field],
                                     options.pairs, options.self_pairs)
        row.update(peer=a[-1]["engine"], peer_median=statistics.median(result["a"]), **result)
    row["median"] = statistics.median(row["b"])
    row["met"] = met(case, row)
    if options.out and peer is not None:
        pairs.save(row, options.out, case.name, f"{PEER} against {OURS}, {case.name}", case.unit)
    return row, b[-1]


def met(case, row):
    """Whether the case reaches its bar; None without a bar or without the peer."""
    if case.most is not None:
        return row["median"] <= case.most
    if case.times is None or "ratio_median" not in row:
        return None
    return row["ratio_median"] >= case.times


def run(options):
    """The rows of all cases that are asked for, and the class of the machine's cache lines."""
    ours, peer = programs(options)
    pairs.load_before()
    rows, line_class = [], None
    for name in options.case or CASES:
        row, summary = run_case(CASES[name], options, ours, peer)
        rows.append(row)
        if summary["line_ns_after"] > 0:
            line_class = summary["line_class"]
    return {"line_class": line_class, "cases": rows}


# -- the table ------------------------------------------------------------------------------------

HEAD = ("case", "iapp", "CAF", "how many times (quartiles)", "bar", "aim", "unit")


def number(value):
    return "" if value is None else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def cells(row):
    times = bar = ""
    if "ratio_median" in row:
        times = "{:.1f} ({:.1f} to {:.1f})".format(
            *(row[key] for key in ("ratio_median", "ratio_q1", "ratio_q3")))
    if row["times_bar"] is not None:
        bar = f"{row['times_bar']:g} times"
    elif row["bar"] is not None:
        bar = f"at most {row['bar']:g}"
    if row["met"] is not None:
        bar += ", met" if row["met"] else ", missed"
    aim = "" if row["aim"] is None else f"{row['aim']:g}"
    return (row["case"], number(row["median"]), number(row.get("peer_median")), times, bar, aim,
            row["unit"])


def table(result):
    """Lines of Markdown, which are aligned for those who read them as they are."""
    lines = [HEAD] + [cells(row) for row in result["cases"]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) +
                     " |" for line in lines)

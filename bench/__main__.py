"""Run the workloads, print one table, keep the figures as JSON: `python -m bench [--quick]`."""

import argparse
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from math import log10
from pathlib import Path

from bench import results, rivals, workloads
from bench.workloads import Figure, Shop

SIZES = (1_000, 10_000, 100_000)
MIB = 1024 * 1024


def main() -> None:
    """Measure, print, keep."""
    options = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    options.add_argument("--quick", action="store_true", help="fewer rounds, under a minute")
    quick = options.parse_args().quick
    began = time.monotonic()
    with ExitStack() as stack:
        cache = Path(tempfile.gettempdir()) / "alertd-bench-shops-1"
        figures = measure(stack, cache, quick=quick)
    print(table(figures))
    print(shares(figures))
    print(growth(figures))
    results.keep("quick" if quick else "cycles", [asdict(each) | {"ratio": each.ratio} for each in figures])
    print(f"\n{time.monotonic() - began:.0f} s. Every ratio compares two things that ran in turn in this run.")


def measure(stack: ExitStack, cache: Path, *, quick: bool) -> list[Figure]:
    """All workloads."""
    figures: list[Figure] = []
    for products in SIZES:
        print(f"... {products:,} products", flush=True)
        stall = Shop(stack, cache, products)
        rounds = 1 if quick else 7 if products < SIZES[-1] else 5
        # The largest shop takes as long as all the rest: in a hurry it is read over HTTP only, which needs more memory.
        for where in ("http",) if quick and products == SIZES[-1] else ("http", "files"):
            figures += workloads.cycles(stall, where, rounds)
    print("... far server, rules, messages", flush=True)
    figures += workloads.far(Shop(stack, cache, 4_000 if quick else workloads.FAR_PRODUCTS), 1 if quick else 3)
    figures += workloads.rules(Shop(stack, cache, SIZES[1] if quick else SIZES[2]), (3, 100))
    figures += workloads.delivery(100, 1 if quick else 3)
    print("... what people would write instead", flush=True)
    large, small = (Shop(stack, cache, products) for products in (SIZES[1] if quick else SIZES[2], SIZES[0]))
    figures += rivals.pandas_script(large, small, 1 if quick else 3)
    return figures


def table(figures: list[Figure]) -> str:
    """Every figure beside the floor it is compared with."""
    lines = [
        "",
        "seconds: median. floor: what ran beside it, in turn. x floor: the ratio; it counts, not the seconds.",
        f"{'what':38}{'products':>9}{'seconds':>9}{'ms/1k':>7}  {'compared with':30}{'floor s':>8}{'x floor':>8}"
        f"{'target':>8}",
    ]
    for each in figures:
        per_thousand = f"{each.seconds * 1e6 / each.products:.1f}" if each.products else ""
        ratio = f"{each.ratio:.2f}" if each.ratio else ""
        target = "" if each.target is None else f"<= {each.target:g}"
        missed = "  MISSED" if each.target is not None and each.ratio and each.ratio > each.target else ""
        lines.append(
            f"{each.name:38}{each.products or '':>9}{each.seconds:>9.3f}{per_thousand:>7}  {each.floor:30}"
            f"{each.floor_seconds or 0:>8.3f}{ratio:>8}{target:>8}{missed}" + (f"  ({each.note})" if each.note else "")
        )
    return "\n".join(lines)


def shares(figures: list[Figure]) -> str:
    """Where the time of a cycle goes, and the most memory its process held since it started."""
    lines = [
        "",
        "where a cycle's time goes, in percent; CPU s; peak of the process since its start in MiB",
        f"{'what':38}{'products':>9}{'fetch':>7}{'decode':>7}{'diff':>7}{'write':>7}{'rules':>7}"
        f"{'CPU s':>8}{'x floor':>8}{'peak':>6}{'floor':>7}",
    ]
    for each in figures:
        if "shares" not in each.more:
            continue
        whole = sum(each.more["shares"].values())
        parts = "".join(f"{seconds * 100 / whole:>7.0f}" for seconds in each.more["shares"].values())
        peaks = f"{each.more['peak_mib']:>6.0f}{each.more['floor_peak_mib']:>7.0f}"
        cpu = f"{each.more['cpu']:>8.2f}{each.more['cpu'] / each.more['floor_cpu']:>8.2f}"
        lines.append(f"{each.name:38}{each.products:>9}{parts}{cpu}{peaks}")
    most = max(each.more.get("peak_mib", 0) for each in figures) * MIB
    lines.append(f"largest peak {most / 1e6:.0f} MB, of a process that made a first load and every cycle after it")
    return "\n".join(lines)


def growth(figures: list[Figure]) -> str:
    """How the cost grows from 10,000 to 100,000 products: 1.00 is in proportion."""
    lines = ["", "exponent from 10,000 to 100,000 products (1.00: in proportion; target 1.05)"]
    for name in dict.fromkeys(each.name for each in figures if "shares" in each.more):
        found = {each.products: each for each in figures if each.name == name}
        if SIZES[-1] not in found:
            continue
        small, large = found[SIZES[-2]], found[SIZES[-1]]
        floors = (small.floor_seconds or 1, large.floor_seconds or 1)
        lines.append(
            f"{name:38}{log10(large.seconds / small.seconds):>6.2f}   floor {log10(floors[1] / floors[0]):.2f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()

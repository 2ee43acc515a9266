"""`make bench BENCH=jobs`: what a submit costs, how a queue grows, what workers add.

Everything runs on one machine, interleaved, `ROUNDS` times; ratios are medians of the rounds'
ratios. Writes bench/results.json and its section of bench/RESULTS.md. Makes two databases of its
own, `inkling_bench_jobs` and `inkling_bench_queue`, and leaves them there. The three keys of the
fault campaign are written by `make faults`.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from types import ModuleType

from bench import _report as report
from bench._serving import serving

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
CLIENTS = int(os.environ.get("BENCH_CLIENTS", "4"))
JOBS = int(os.environ.get("BENCH_JOBS", "200"))
QUEUED = int(os.environ.get("BENCH_QUEUED", "100000"))
PEOPLE = int(os.environ.get("BENCH_PEOPLE", "6000"))
CLAIMS = 100
FEW = max(1, 100 * PEOPLE // QUEUED)
SHORT, LONG = "inkling_bench_jobs", "inkling_bench_queue"
RATIOS: report.Ratios = {
    "jobs.submit_vs_floor": ("submit", "floor", "at least 0.35"),
    "jobs.claim_100k_vs_100": ("claim of 100k", "claim of 100", "at most 1.2"),
    "jobs.two_workers": ("two workers", "one worker", "at least 1.8"),
}
UNITS = {
    "submit": "requests/s",
    "floor": "requests/s",
    "claim of 100": "ms",
    "claim of 100k": "ms",
    "one worker": "jobs/s",
    "two workers": "jobs/s",
    "four workers": "jobs/s",
    "submit to claimed, p50": "ms",
    "submit to claimed, p95": "ms",
}


def main() -> None:
    """Prepares, measures, writes."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench._jobs.settings"
    stack = importlib.import_module("bench._jobs.stack")
    stack.make_databases(SHORT, LONG, people=PEOPLE, queued=QUEUED)
    measured: dict[str, list[float]] = {}
    with serving({}, ready="/readyz", workers=2, threads=8) as port:
        for number in range(ROUNDS):
            for name, step in steps(stack, port).items():
                measured.setdefault(name, []).append(step())
                print(f"round {number + 1}/{ROUNDS}  {name:<15} {measured[name][-1]:>10,.2f}")
        measured |= stack.latencies(port, times=max(20, 10 * ROUNDS))
    told = {"rounds": str(ROUNDS), **stack.facts()}
    report.write("jobs", RATIOS, measured, told, UNITS)


def steps(stack: ModuleType, port: int) -> dict[str, Callable[[], float]]:
    """What a round does, in order."""
    return {
        "floor": lambda: stack.posts(port, "floor", CLIENTS, SECONDS, PEOPLE),
        "submit": lambda: stack.posts(port, "jobs", CLIENTS, SECONDS, PEOPLE),
        # As many jobs a wallet in both: what differs is how many wait.
        "claim of 100": lambda: stack.claims(SHORT, CLAIMS, queued=100, users=FEW),
        "claim of 100k": lambda: stack.claims(LONG, CLAIMS, queued=None, users=0),
        "one worker": lambda: stack.workers(1, JOBS),
        "two workers": lambda: stack.workers(2, 2 * JOBS),
        "four workers": lambda: stack.workers(4, 4 * JOBS),
    }

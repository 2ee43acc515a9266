"""`make bench BENCH=ledger`: the ledger against the database's own ceiling, in one run.

Everything runs on one PostgreSQL, interleaved, `ROUNDS` times; ratios are medians of the rounds'
ratios, because a shared machine drifts. Writes bench/results.json (a flat map of names to numbers)
and bench/RESULTS.md. Makes databases of its own, `inkling_bench*`, and drops the large ones.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping

import django
from django.conf import settings

from bench import _report as report
from bench._ledger import databases, grants, pgbench, scripts
from bench._ledger.databases import Target
from bench._serving import serving

WALLETS = int(os.environ.get("BENCH_WALLETS", "100000"))
FLAT_WALLETS = 2500
FLAT_ENTRIES = {
    "10k": 10_000,
    "1m": int(os.environ.get("BENCH_ENTRIES_MIDDLE", "1000000")),
    "10m": int(os.environ.get("BENCH_ENTRIES", "10000000")),
}
GRANTED_AT_ONCE = int(os.environ.get("BENCH_GRANTS", "1000000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "3"))
PROCESSES = 8
SETTLED, SETTLED_IN_BATCHES = 8 * 1500, 8 * 25 * 50
ON_BENCH = {"DJANGO_SETTINGS_MODULE": "bench._ledger.settings"}
ON_HORDAK = {"DJANGO_SETTINGS_MODULE": "bench._ledger.hordak_settings"}
HAS_HORDAK = "BENCH_HORDAK" in os.environ
# ratio -> (numerator, denominator, goal)
RATIOS: report.Ratios = {
    "ledger.hold_vs_simple_update": ("hold", "simple-update", "at least 0.90"),
    "ledger.pair_vs_tpcb": ("pair", "tpcb-like", "at least 0.60"),
    "ledger.service_vs_function": ("services", "psycopg", "at least 0.50"),
    "ledger.vs_hordak": ("services", "hordak", "at least 3.0"),
    "ledger.hot_vs_random": ("hot pair", "pair", "at least 0.30"),
    "ledger.batch_gain": ("settle 50", "settle", "at least 4.0"),
    "ledger.flat_1m_vs_10k": ("pair at 1m", "pair at 10k", ""),
    "ledger.flat_10m_vs_10k": ("pair at 10m", "pair at 10k", "at least 0.87"),
    "ledger.balance_vs_select_only": ("balance", "select-only", "at least 0.90"),
    "ledger.daily_grants_vs_insert": ("daily grants", "insert select", "at least 0.30"),
    "ledger.http_vs_services": ("http", "services", ""),
    "ledger.http_vs_nothing": ("http", "http nothing", ""),
}


def main() -> None:
    """Prepares, measures, writes."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    django.setup()
    ours = settings.DATABASES["default"]
    server = {"PGHOST": ours["HOST"], "PGUSER": ours["USER"], "PGDATABASE": ours["NAME"]}
    target = prepare(server)
    flat = {name: grown(server, name, entries) for name, entries in FLAT_ENTRIES.items()}
    measured: report.Measured = {}
    with serving(ON_BENCH, ready="/nothing/1", workers=4, threads=4) as port:
        for number in range(ROUNDS):
            todo = steps(target, port) | sizes(server, flat) | settling(target)
            for name, step in todo.items():
                measured.setdefault(name, []).append(step())
                print(f"round {number + 1}/{ROUNDS}  {name:<15} {measured[name][-1]:>12,.0f}/s")
    told = {
        "rounds": f"{ROUNDS} of {SECONDS} seconds, {WALLETS:,} wallets",
        "check_ledger": databases.checked(flat["1m"]),
    }
    for name in FLAT_ENTRIES:
        databases.drop(server, f"inkling_bench_{name}")
    databases.drop(server, "inkling_bench_small")
    for name, per_second in grants.measure(target, GRANTED_AT_ONCE).items():
        measured[name] = [per_second]
        print(f"{name:<26} {per_second:>12,.0f}/s")
    report.write("ledger", RATIOS, measured, told | report.machine() | report.postgres(target))


def prepare(server: Target) -> Target:
    """The main database: the ledger, pgbench's tables and wallets with points."""
    target = databases.make(server, "inkling_bench")
    databases.open_wallets(target, WALLETS)
    pgbench.run(["-i", "-q", "-s", "20"], target)
    if HAS_HORDAK:
        databases.drop(server, "inkling_bench_hordak")
        with databases.connect(server) as session:
            session.execute("create database inkling_bench_hordak")
        databases.finish(ON_HORDAK, *databases.MANAGE, "migrate", "-v0")
        databases.finish(ON_HORDAK, sys.executable, "-m", "bench._ledger.hordak_client", "prepare")
    return target


def grown(server: Target, name: str, entries: int) -> Target:
    """A database of its own with so many entries."""
    target = databases.make(server, f"inkling_bench_{name}")
    databases.open_wallets(target, FLAT_WALLETS)
    databases.fill(target, entries, FLAT_WALLETS)
    return target


def steps(target: Target, port: int) -> dict[str, Callable[[], float]]:
    """What a round does, in order; each answers jobs or transactions a second."""

    def script(text: str, clients: int = 16) -> Callable[[], float]:
        return lambda: pgbench.rate(
            text, clients=clients, seconds=SECONDS, wallets=WALLETS, connection=target
        )

    def clients(way: str) -> Callable[[], float]:
        return lambda: processes(ON_BENCH, "clients", way, str(SECONDS), str(WALLETS))

    def asking(what: str) -> Callable[[], float]:
        return lambda: processes(ON_BENCH, "asking", str(port), what, str(SECONDS), str(WALLETS))

    todo = {
        "simple-update": script("simple-update"),
        "hold": script(scripts.HOLD),
        "tpcb-like": script("tpcb-like"),
        "pair": script(scripts.PAIR),
        "hot pair": script(scripts.HOT_PAIR),
        "select-only": script("select-only"),
        "balance": script(scripts.BALANCE),
        "psycopg": clients("psycopg"),
        "services": clients("services"),
        "http": asking("job"),
        "http nothing": asking("nothing"),
    }
    if HAS_HORDAK:
        todo["hordak"] = lambda: processes(ON_HORDAK, "hordak_client", str(SECONDS))
    return todo


def sizes(server: Target, flat: Mapping[str, Target]) -> dict[str, Callable[[], float]]:
    """Pairs at each size. The smallest database is copied for each round, or it would grow.

    What was measured before has pushed its pages out of memory: each is warmed up first.
    """

    def pairs(target: Target) -> float:
        rates = [
            pgbench.rate(
                scripts.PAIR, clients=16, seconds=SECONDS, wallets=FLAT_WALLETS, connection=target
            )
            for _ in range(2)
        ]
        return rates[-1]

    def smallest() -> float:
        return pairs(databases.copy(server, "inkling_bench_small", "inkling_bench_10k"))

    return {
        "pair at 10k": smallest,
        "pair at 1m": lambda: pairs(flat["1m"]),
        "pair at 10m": lambda: pairs(flat["10m"]),
    }


def settling(target: Target) -> dict[str, Callable[[], float]]:
    """Open holds captured one by one and fifty at a time; both end when all are captured."""

    def settle(script: str, count: int, of: int) -> float:
        before = databases.left_open(target)
        databases.open_holds(target, count, WALLETS)
        times = count // of // PROCESSES
        rate = pgbench.count(
            script, clients=PROCESSES, times=times, wallets=WALLETS, connection=target
        )
        if databases.left_open(target) != before:
            raise pgbench.Failed("not every hold was settled")
        return rate * of

    return {
        "settle": lambda: settle(scripts.SETTLE, SETTLED, 1),
        "settle 50": lambda: settle(scripts.SETTLE_50, SETTLED_IN_BATCHES, 50),
    }


def processes(environment: Mapping[str, str], client: str, *arguments: str) -> float:
    """What eight Python processes together did in a second."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", f"bench._ledger.{client}", *arguments],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    return sum(int(process.communicate()[0]) for process in running) / SECONDS

"""`make bench BENCH=ledger`: the ledger against the database's own ceiling, in one run.

Everything runs on one PostgreSQL, interleaved, `ROUNDS` times; ratios are medians of the rounds'
ratios, because a shared machine drifts. Writes bench/results.json (a flat map of names to numbers)
and bench/RESULTS.md. Makes a database of its own, `inkling_bench`, and leaves it there.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import django
import psycopg
from django.conf import settings

from bench._ledger import pgbench, scripts

HERE = Path(__file__).parent
DATABASE = "inkling_bench"
WALLETS = int(os.environ.get("BENCH_WALLETS", "100000"))
GRANTED_AT_ONCE = int(os.environ.get("BENCH_GRANTS", "1000000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
PROCESSES = 8
ON_BENCH = {"DJANGO_SETTINGS_MODULE": "bench._ledger.settings"}
ON_HORDAK = {"DJANGO_SETTINGS_MODULE": "bench._ledger.hordak_settings"}
HAS_HORDAK = "BENCH_HORDAK" in os.environ
# ratio -> (numerator, denominator, goal)
RATIOS = {
    "ledger.hold_vs_simple_update": ("hold", "simple-update", 0.90),
    "ledger.pair_vs_tpcb": ("pair", "tpcb-like", 0.60),
    "ledger.service_vs_function": ("services", "psycopg", 0.50),
    "ledger.vs_hordak": ("services", "hordak", 3.0),
    "ledger.hot_vs_random": ("hot pair", "pair", 0.30),
    "ledger.batch_gain": ("batch", "pair of 8", 4.0),
    "ledger.balance_vs_select_only": ("balance", "select-only", 0.90),
    "ledger.daily_grants_vs_insert": ("daily grants", "insert select", 0.30),
}


def main() -> None:
    """Prepares, measures, writes."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    django.setup()
    server = settings.DATABASES["default"]
    target = {"PGHOST": server["HOST"], "PGUSER": server["USER"], "PGDATABASE": DATABASE}
    prepare(server, target)
    measured: dict[str, list[float]] = {}
    for number in range(ROUNDS):
        for name, step in steps(target).items():
            measured.setdefault(name, []).append(step())
            print(f"round {number + 1}/{ROUNDS}  {name:<15} {measured[name][-1]:>12,.0f}/s")
    write(measured, facts(target))  # a million grants take a while; what is known is kept
    for name, per_second in grants(target).items():
        measured[name] = [per_second]
        print(f"{name:<26} {per_second:>12,.0f}/s")
    write(measured, facts(target))


def prepare(server: dict[str, str], target: dict[str, str]) -> None:
    """A fresh database with the ledger, pgbench's tables and wallets with points."""
    with psycopg.connect(
        host=server["HOST"], user=server["USER"], dbname=server["NAME"], autocommit=True
    ) as session:
        for name in (DATABASE, f"{DATABASE}_hordak"):
            session.execute(f"drop database if exists {name} with (force)")
            session.execute(f"create database {name}")
    finish(ON_BENCH, "manage.py", "migrate", "ledger", "-v0")
    if HAS_HORDAK:
        finish(ON_HORDAK, "manage.py", "migrate", "-v0")
        finish(ON_HORDAK, "-m", "bench._ledger.hordak_client", "prepare")
    pgbench.run(["-i", "-q", "-s", "20"], target)
    with connect(target) as session:
        session.execute(
            "select count(ledger_open_wallet('point', now())) from generate_series(1, %s)",
            (WALLETS,),
        )
        session.execute(
            "select ledger_grant_many(array_agg(id), 1000000000, 'topup', true, now(),"
            " now() + interval '2 years', 'first', '', now()) from ledger_wallet"
        )
        session.execute("vacuum analyze")
        # A role without the privilege measures the same thing a little less evenly.
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
            session.execute("checkpoint")


def finish(environment: dict[str, str], *arguments: str) -> None:
    """Runs Python to its end. Raises CalledProcessError."""
    subprocess.run([sys.executable, *arguments], env=os.environ | environment, check=True)


def connect(target: dict[str, str]) -> psycopg.Connection[tuple[object, ...]]:
    """A session on the bench's database that commits each statement."""
    return psycopg.connect(
        host=target["PGHOST"], user=target["PGUSER"], dbname=DATABASE, autocommit=True
    )


def steps(target: dict[str, str]) -> dict[str, Callable[[], float]]:
    """What a round does, in order; each answers jobs or transactions a second."""

    def script(text: str, clients: int = 16, times: int = 1) -> Callable[[], float]:
        return lambda: (
            times
            * pgbench.rate(
                text, clients=clients, seconds=SECONDS, wallets=WALLETS, connection=target
            )
        )

    todo = {
        "simple-update": script("simple-update"),
        "hold": script(scripts.HOLD),
        "tpcb-like": script("tpcb-like"),
        "pair": script(scripts.PAIR),
        "hot pair": script(scripts.HOT_PAIR),
        "pair of 8": script(scripts.PAIR, clients=8),
        "batch": script(scripts.BATCH_50, clients=8, times=50),
        "select-only": script("select-only"),
        "balance": script(scripts.BALANCE),
        "psycopg": lambda: processes(ON_BENCH, "clients", "psycopg", str(SECONDS), str(WALLETS)),
        "services": lambda: processes(ON_BENCH, "clients", "services", str(SECONDS), str(WALLETS)),
    }
    if HAS_HORDAK:
        todo["hordak"] = lambda: processes(ON_HORDAK, "hordak_client", str(SECONDS))
    return todo


def processes(environment: dict[str, str], client: str, *arguments: str) -> float:
    """Pairs a second of eight Python processes together."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", f"bench._ledger.{client}", *arguments],
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    return sum(int(process.communicate()[0]) for process in running) / SECONDS


def grants(target: dict[str, str]) -> dict[str, float]:
    """Daily grants set-based, and a bare INSERT ... SELECT of as many rows; wallets a second."""
    with connect(target) as session:
        session.execute(
            "create temp table fresh as select ledger_open_wallet('point', now()) id"
            " from generate_series(1, %s)",
            (GRANTED_AT_ONCE,),
        )
        session.execute(
            "create table if not exists bare_lot (like ledger_lot including all);"
            "create table if not exists bare_transaction (like ledger_transaction including all);"
            "create table if not exists bare_entry (like ledger_entry including all)"
        )
        session.execute("vacuum analyze ledger_wallet")
        granted = timed(
            session,
            "select ledger_grant_many(array_agg(id), 6600, 'daily', false, now(),"
            " now() + interval '1 day', 'daily:1', '', now()) from fresh",
        )
        bare = timed(
            session,
            "insert into bare_lot select l.* from ledger_lot l join fresh f on f.id = l.wallet_id;"
            "insert into bare_transaction select t.* from ledger_transaction t"
            " join fresh f on f.id = t.wallet_id;"
            "insert into bare_entry select e.* from ledger_entry e"
            " join fresh f on f.id = e.wallet_id",
        )
    return {"daily grants": GRANTED_AT_ONCE / granted, "insert select": GRANTED_AT_ONCE / bare}


def timed(session: psycopg.Connection[tuple[object, ...]], statement: str) -> float:
    """How long a statement takes, in seconds."""
    began = time.monotonic()
    session.execute(statement)
    return time.monotonic() - began


def facts(target: dict[str, str]) -> dict[str, str]:
    """Where this was measured."""
    names = ("server_version", "fsync", "synchronous_commit", "shared_buffers", "wal_compression")
    with connect(target) as session:
        told = {name: str(session.execute(f"show {name}").fetchall()[0][0]) for name in names}
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    return {"machine": machine, "load average (1, 5, 15 minutes)": load, **told}


def write(measured: dict[str, list[float]], told: dict[str, str]) -> None:
    """The table and the map."""
    results = HERE / "results.json"
    kept = json.loads(results.read_text()) if results.exists() else {}
    lines = ["# Results: ledger", "", "Written by `make bench BENCH=ledger`. "]
    lines[-1] += (
        f"Medians of {ROUNDS} interleaved rounds of {SECONDS} seconds; {WALLETS:,} wallets."
    )
    lines += ["", *(f"- {name}: {value}" for name, value in told.items()), ""]
    lines += ["| ratio | what ÷ what | measured | goal |", "| --- | --- | --- | --- |"]
    for key, (above, below, goal) in RATIOS.items():
        if below not in measured:
            continue
        pairs = zip(measured[above], measured[below], strict=True)
        kept[key] = round(median(one / other for one, other in pairs), 3)
        lines.append(f"| `{key}` | {above} ÷ {below} | {kept[key]} | {goal} |")
    lines += ["", "| case | a second |", "| --- | --- |"]
    lines += [f"| {name} | {median(rates):,.0f} |" for name, rates in measured.items()]
    results.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")
    (HERE / "RESULTS.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))

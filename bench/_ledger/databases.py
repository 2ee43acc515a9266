"""The databases that are measured: made anew, filled, and asked how large they are."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping

import psycopg

from bench._ledger import pgbench, scripts

Session = psycopg.Connection[tuple[object, ...]]
Target = Mapping[str, str]
MANAGE = (sys.executable, "manage.py")


def connect(target: Target) -> Session:
    """A session that commits each statement. `target` holds PGHOST, PGUSER and PGDATABASE."""
    return psycopg.connect(
        host=target["PGHOST"], user=target["PGUSER"], dbname=target["PGDATABASE"], autocommit=True
    )


def make(server: Target, name: str) -> Target:
    """A fresh database with the ledger in it. `server` names a database to connect to first."""
    drop(server, name)
    with connect(server) as session:
        session.execute(f"create database {name}")
    target = {**server, "PGDATABASE": name}
    ours = {"DJANGO_SETTINGS_MODULE": "bench._ledger.settings", "BENCH_DATABASE": name}
    finish(ours, *MANAGE, "migrate", "ledger", "-v0")
    return target


def copy(server: Target, name: str, template: str) -> Target:
    """A database that begins as another one is. Nobody may be connected to that."""
    drop(server, name)
    with connect(server) as session:
        session.execute(f"create database {name} template {template}")
    return {**server, "PGDATABASE": name}


def drop(server: Target, name: str) -> None:
    """Away with it, whoever is connected."""
    with connect(server) as session:
        session.execute(f"drop database if exists {name} with (force)")


def open_wallets(target: Target, count: int) -> None:
    """Wallets with ids from 1, each with one lot that outlives the run."""
    with connect(target) as session:
        session.execute(
            "select count(ledger_open_wallet('point', now())) from generate_series(1, %s)",
            (count,),
        )
        session.execute(
            "select ledger_grant_many(array_agg(id), 1000000000, 'topup', true, now(),"
            " now() + interval '2 years', 'first', '', now()) from ledger_wallet"
        )
        session.execute("vacuum analyze")


def fill(target: Target, entries: int, wallets: int) -> None:
    """Jobs held and captured until about so many entries are there; then as vacuum leaves it."""
    jobs = max(0, entries - 2 * wallets) // 4
    if transactions := jobs // (50 * 8):
        pgbench.count(
            scripts.JOBS_50, clients=8, times=transactions, wallets=wallets, connection=target
        )
    with connect(target) as session:
        session.execute("vacuum analyze")


def open_holds(target: Target, count: int, wallets: int) -> None:
    """Open holds in `bench_todo`, numbered from 1, to be settled."""
    with connect(target) as session:
        session.execute("drop table if exists bench_todo; drop sequence if exists bench_place")
        session.execute("create sequence bench_place")
        session.execute(
            "create table bench_todo as select n as place, w as wallet_id,"
            " (ledger_hold(w, 1, gen_random_uuid()::text, 'job:1', now())).hold_id as hold_id"
            " from (select n, 1 + (n * 97) %% %s as w from generate_series(1, %s) n) x",
            (wallets, count),
        )
        session.execute("alter table bench_todo add primary key (place)")
        session.execute("vacuum analyze")


def left_open(target: Target) -> int:
    """How many holds are still open."""
    with connect(target) as session:
        row = session.execute("select count(*) from ledger_hold where state = 'held'").fetchone()
    assert row is not None
    return int(str(row[0]))


def checked(target: Target) -> str:
    """How long every invariant took to prove over how many entries. Raises CalledProcessError."""
    with connect(target) as session:
        row = session.execute("select count(*) from ledger_entry").fetchone()
    assert row is not None
    ours = {
        "DJANGO_SETTINGS_MODULE": "bench._ledger.settings",
        "BENCH_DATABASE": target["PGDATABASE"],
    }
    began = time.monotonic()
    finish(ours, *MANAGE, "check_ledger")
    return f"{time.monotonic() - began:.1f} s for {int(str(row[0])):,} entries"


def finish(environment: Mapping[str, str], *command: str) -> None:
    """Runs a program to its end. Raises CalledProcessError."""
    subprocess.run(command, env={**os.environ, **environment}, check=True)

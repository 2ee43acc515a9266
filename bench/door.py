"""`make bench BENCH=door`: the desk's pages and the waiting list's questions at a million rows.

Makes a database of its own, `inkling_bench_door`, fills it, asks each question `ROUNDS` times
through Django as the desk and the pages do, and drops it. Writes its section of bench/RESULTS.md:
medians in milliseconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import django

from bench import _report as report
from bench._ledger.databases import MANAGE, connect, drop, finish

ROWS = int(os.environ.get("BENCH_APPLICATIONS", "1000000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
DATABASE = "inkling_bench_door"
SETTINGS = "bench._door.settings"
# Like a list that has lived: most wait, some were invited, a few never confirmed.
FILL = """
insert into accounts_application
    (token, email, name, use, language, state, place, draw, applied_at, confirmed_at, invited_at)
select gen_random_uuid(), 'p' || md5(n::text) || '@example.com', '',
       (array['', 'art', 'marketing', 'film', 'games', 'shop', 'developer', 'other'])[1 + n % 8],
       case when n % 5 = 0 then 'en' else 'zh-hans' end,
       case when n % 20 = 0 then 'pending' when n <= {rows} / 10 then 'invited'
            else 'confirmed' end,
       case when n % 20 = 0 then null else nextval('accounts_waiting_place') end,
       (random() * (2::float8 ^ 62 - 1024))::bigint, now() - ({rows} - n) * interval '1 second',
       now(), null
from generate_series(1, {rows}) n
"""


def main() -> None:
    """Prepares, measures, writes, drops."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    os.environ["BENCH_DATABASE"] = DATABASE
    django.setup()
    from bench._door.questions import questions, use_database  # noqa: PLC0415  # needs Django

    server = use_database(DATABASE)
    drop(server, DATABASE)
    with connect(server) as session:
        session.execute(f"create database {DATABASE}")
    try:
        finish({"DJANGO_SETTINGS_MODULE": SETTINGS, "BENCH_DATABASE": DATABASE},
               *MANAGE, "migrate", "-v0")  # fmt: skip
        target = {**server, "PGDATABASE": DATABASE}
        began = time.monotonic()
        with connect(target) as session:
            session.execute(FILL.format(rows=ROWS))
            session.execute("vacuum analyze")
        told = {
            "applications": f"{ROWS:,}, filled in {time.monotonic() - began:.0f} s",
            **report.machine(),
            **report.postgres(target),
        }
        measured = {name: timed(ask) for name, ask in questions()}
    finally:
        drop(server, DATABASE)
    for name, (took,) in measured.items():
        print(f"{took:9.1f} ms  {name}")
    report.write("door", {}, measured, told, dict.fromkeys(measured, "ms"))


def timed(ask: Callable[[], Any]) -> list[float]:
    """The median of `ROUNDS` times, in milliseconds, after one that warms up."""
    ask()
    took = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    return [median(took)]

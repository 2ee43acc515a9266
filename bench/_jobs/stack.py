"""The processes that are measured: web server, clients, workers; and the databases they use."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django
import httpx
import psycopg

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from bench._jobs.gate import OPEN  # noqa: E402
from bench._jobs.people import forget_jobs, make_people, queue_jobs, secret_of  # noqa: E402
from bench._report import machine  # noqa: E402
from bench._serving import ROOT, process  # noqa: E402
from generation import dispatch  # noqa: E402
from generation.models import Attempt, Job  # noqa: E402
from generation.services.jobs import submit_job  # noqa: E402

BATCH_OF_USERS = 100


def make_databases(short: str, long: str, *, people: int, queued: int) -> None:
    """A fresh database with people, and a copy of it with a long queue."""
    with _maintenance() as session:
        for name in (long, short):
            session.execute(f"drop database if exists {name} with (force)")
        session.execute(f"create database {short}")
    call_command("migrate", verbosity=0)
    make_people(people)
    connection.close()
    with _maintenance() as session:
        session.execute(f"create database {long} template {short}")
    _python(long, "-c", _QUEUE.format(queued=queued, users=people))
    forget_jobs()


_QUEUE = """
import django; django.setup()
from bench._jobs.people import queue_jobs
queue_jobs({queued}, {users})
"""


def _maintenance() -> psycopg.Connection[tuple[object, ...]]:
    server = settings.DATABASES["default"]
    return psycopg.connect(
        host=server["HOST"],
        port=server.get("PORT") or None,
        user=server["USER"],
        password=server.get("PASSWORD") or None,
        dbname="postgres",
        autocommit=True,
    )


def _python(database: str, *arguments: str) -> str:
    """What Python prints, run to its end on a database. Raises CalledProcessError."""
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "BENCH_DATABASE": database},
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def posts(port: int, path: str, clients: int, seconds: float, people: int) -> float:
    """Accepted posts a second of several clients together."""
    forget_jobs()
    share = people // clients
    running = []
    for number in range(clients):
        client = subprocess.Popen(
            [sys.executable, "-m", "bench._jobs.load", str(port), path, str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        running.append((client, range(number * share, (number + 1) * share)))
    # All start when they have read their keys, at nearly the same moment.
    for client, numbers in running:
        assert client.stdin is not None
        client.stdin.write("\n".join(map(secret_of, numbers)))
        client.stdin.close()
    rate = 0.0
    for client, _ in running:
        assert client.stdout is not None
        accepted, took = client.stdout.read().split()
        client.wait()
        rate += int(accepted) / float(took)
    return rate


def claims(database: str, times: int, *, queued: int | None, users: int) -> float:
    """Median milliseconds of a claim with so many queued; None: as many as there are."""
    if queued is not None:
        forget_jobs()
        queue_jobs(queued, users)
    return float(_python(database, "-m", "bench._jobs.claims", str(times)))


def workers(count: int, jobs: int) -> float:
    """Jobs a second of `count` workers: claimed, rendered, stamped, stored, captured.

    They wait for each other at a gate: a worker that starts late would find nothing left to do.
    What is measured begins when all of them work and ends before the first has nothing to do.
    """
    forget_jobs()
    cache.clear()
    _submit(jobs)
    gate = Path(tempfile.mkdtemp())
    with contextlib.ExitStack() as running:
        running.callback(shutil.rmtree, gate)
        for number in range(count):
            running.enter_context(_worker(number, gate))
        _await(lambda: len(list(gate.iterdir())) == count, "the start of every worker")
        (gate / OPEN).touch()
        _await(lambda: _working() == count, "the first claim of every worker")
        began, first = time.monotonic(), _ended()
        _await(lambda: _ended() >= jobs - 2 * count, "the end of the queue")
        return (_ended() - first) / (time.monotonic() - began)


def _working() -> int:
    dispatch.ring()
    return Attempt.objects.values("worker").distinct().count()


def _submit(jobs: int) -> None:
    now = timezone.now()
    for user in User.objects.order_by("email")[:jobs]:
        submit_job(user=user, kind="image", params={"prompt": "a"}, idempotency_key=None, now=now)


def _worker(number: int, gate: Path | None) -> contextlib.AbstractContextManager[object]:
    command = (
        f"celery -A config worker -P solo -c 1 -Q gpu -I generation.worker -n bench{number}@%h"
        " --disable-prefetch --without-gossip --without-mingle"
    )
    return process({"BENCH_GATE": str(gate)} if gate else {}, *command.split())


def _ended() -> int:
    return Job.objects.filter(state="succeeded").count()


def _await(condition: object, what: str, seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        if time.monotonic() > until:
            raise SystemExit(f"{what} did not come")
        time.sleep(0.02)


def latencies(port: int, times: int) -> dict[str, list[float]]:
    """Milliseconds from a submit over HTTP to its claim by a worker that waits."""
    forget_jobs()
    with _worker(0, None), httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1") as client:
        for number in range(times):
            answer = client.post(
                "/jobs",
                json={"kind": "image", "params": {"prompt": "a"}},
                headers={"Authorization": f"Bearer {secret_of(number)}"},
            )
            answer.raise_for_status()
            _await(lambda number=number: _ended() > number, "the end of the job")
    took = sorted(
        (attempt.started_at - attempt.job.created_at).total_seconds() * 1000
        for attempt in Attempt.objects.select_related("job").order_by("started_at")[1:]
    )
    return {
        "submit to claimed, p50": [took[len(took) // 2]],
        "submit to claimed, p95": [took[len(took) * 95 // 100]],
    }


def facts() -> dict[str, str]:
    """Where this was measured."""
    with connection.cursor() as cursor:
        cursor.execute("show server_version")
        (version,) = cursor.fetchone()
    return machine() | {"server_version": version}

"""PostgreSQL is killed with -9 in a storm of writes: what was acknowledged is there, and all sound.

Drives a server of its own, so that the suite's is left alone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Semaphore

import psycopg
import pytest

from scripts import postgres
from scripts.places import ROOT, Places
from tests.ledger.people import NOON

WRITERS = 6
KILLS = 2
WRITES_BEFORE_KILL = 150
GRANT = "select ledger_grant(%s, 1000000000, 'topup', true, %s, null, 'g', '', '', '', %s)"
HOLD = "select outcome, hold_id, replayed from ledger_hold(%s, 1, %s, 'job:1', %s)"
CAPTURE = "select outcome, captured_cp, replayed from ledger_capture(%s, %s, null, %s, %s)"


@pytest.fixture
def server() -> Iterator[Places]:
    """An embedded PostgreSQL with the ledger's tables; a short path, because of its socket."""
    with tempfile.TemporaryDirectory(prefix="storm-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        places = Places(Path(folder))
        places.prepare()
        postgres.start(places)
        try:
            manage(places, "migrate", "ledger")
            yield places
        finally:
            postgres.stop(places, at_once=True)


def manage(places: Places, *arguments: str) -> str:
    """A management command on that server; what it printed."""
    result = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=os.environ
        | {
            "INKLING_HOME": str(places.home),
            "DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
        },
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def connect(places: Places) -> psycopg.Connection[tuple[object, ...]]:
    """A session that commits each statement."""
    return psycopg.connect(
        host=str(places.run), user=postgres.ROLE, dbname=postgres.DATABASE, autocommit=True
    )


def write_until_killed(
    places: Places, wallet_ids: list[int], name: str, done: Semaphore
) -> list[tuple[int, str, object]]:
    """Holds and captures until the server is gone; what it had acknowledged by then."""
    acknowledged: list[tuple[int, str, object]] = []
    number = 0
    try:
        with connect(places) as session:
            while True:
                number += 1
                wallet_id = wallet_ids[number % len(wallet_ids)]
                row = session.execute(HOLD, (wallet_id, f"{name}:{number}", NOON)).fetchone()
                assert row is not None
                assert row[0] == "ok"
                acknowledged.append((wallet_id, f"{name}:{number}", row[1]))
                if number % 2:
                    session.execute(CAPTURE, (wallet_id, row[1], f"{name}:{number}:done", NOON))
                done.release()
    except psycopg.OperationalError:
        return acknowledged


def test_nothing_acknowledged_is_lost(server: Places) -> None:
    with connect(server) as session:
        wallet_ids = [
            int(str(row[0]))
            for row in session.execute(
                "select ledger_open_wallet('point', %s) from generate_series(1, 4)", (NOON,)
            )
        ]
        for wallet_id in wallet_ids:
            session.execute(
                GRANT,
                (wallet_id, NOON, NOON),
            )
    for kill in range(KILLS):
        done = Semaphore(0)
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [
                pool.submit(write_until_killed, server, wallet_ids, f"{kill}:{writer}", done)
                for writer in range(WRITERS)
            ]
            for _ in range(WRITES_BEFORE_KILL):
                assert done.acquire(timeout=120)
            pid = postgres.running(server)
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
        acknowledged = [row for writer in writers for row in writer.result()]
        assert len(acknowledged) >= WRITES_BEFORE_KILL
        postgres.start(server)
        with connect(server) as session:
            for wallet_id, key, hold_id in acknowledged:
                again = session.execute(HOLD, (wallet_id, key, NOON)).fetchone()
                assert again == ("ok", hold_id, True)
    assert "sound" in manage(server, "check_ledger")

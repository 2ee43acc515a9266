"""The embedded servers: one of each whoever starts it, nothing lost when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import redis

from scripts import places as placing
from scripts import postgres, valkey
from scripts.locks import locked
from scripts.places import ROOT, Places
from scripts.processes import alive
from scripts.servers import Servers, ServerWatch
from scripts.terminal import Stop
from tests.dev.harness import data_folder, environment, eventually


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """Both servers, running, shared by the tests of this module."""
    with data_folder() as places:
        both = Servers(places, postgres=True, valkey=True)
        both.start()
        yield both


def connect(servers: Servers) -> psycopg.Connection[tuple[object, ...]]:
    """A connection as the settings make one: the role `inkling`, through the socket."""
    return psycopg.connect(
        host=str(servers.places.run), user="inkling", dbname="inkling", autocommit=True
    )


def test_starting_again_finds_the_same_servers(servers: Servers) -> None:
    assert servers.start() == servers.start()


def test_six_starts_at_once_get_one_server(servers: Servers) -> None:
    servers.stop()
    start = (
        "from scripts.places import places; from scripts.servers import servers; "
        "print(servers(places()).start())"
    )
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", start],
            cwd=ROOT,
            env=environment(servers.places.home),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    answers = {process.communicate()[0] for process in starts}
    assert len(answers) == 1
    assert answers == {f"{servers.status()}\n"}


def test_the_role_makes_databases_and_roles_and_durability_is_on(servers: Servers) -> None:
    servers.start()
    with closing(connect(servers)) as connection:
        connection.execute("CREATE DATABASE another")
        connection.execute("DROP DATABASE another")
        connection.execute("CREATE ROLE clerk")
        connection.execute("DROP ROLE clerk")
        for setting in ("fsync", "synchronous_commit"):
            assert connection.execute(f"SHOW {setting}").fetchone() == ("on",)


def test_rows_and_messages_survive_a_kill(servers: Servers) -> None:
    pids = servers.start()
    with closing(connect(servers)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 66 AS points")
    redis.Redis(unix_socket_path=str(servers.places.valkey_socket)).set("kept", "66")
    told: list[str] = []
    watch = ServerWatch(servers, pids, ending=lambda: False, tell=told.append)
    for pid in pids.values():
        os.kill(pid, signal.SIGKILL)

    def healed() -> bool:
        watch.tick(time.monotonic())
        status = servers.status()
        return all(status.values()) and not set(status.values()) & set(pids.values())

    eventually(healed)
    with closing(connect(servers)) as connection:
        assert connection.execute("SELECT points FROM kept").fetchone() == (66,)
    client = redis.Redis(unix_socket_path=str(servers.places.valkey_socket))
    assert client.get("kept") == b"66"
    assert "died; starting it again" in told[0]


def test_a_pid_file_that_names_another_process_does_not_stop_the_start(servers: Servers) -> None:
    servers.stop()
    pid_file = servers.places.postgres_data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{servers.places.postgres_data}\n")
    assert postgres.running(servers.places) is None
    servers.start()
    assert postgres.running(servers.places) not in (None, os.getpid())


def test_the_last_user_stops_them(servers: Servers) -> None:
    pids = servers.start()
    with locked(servers.users, shared=True):
        assert servers.in_use()
        assert not servers.stop_if_unused()
    servers.kept.touch()
    assert not servers.stop_if_unused()
    assert all(map(alive, pids.values()))
    servers.kept.unlink()
    assert servers.stop_if_unused()
    assert not any(map(alive, pids.values()))
    assert set(servers.status().values()) == {None}


def test_an_interrupted_first_start_leaves_no_half_made_data(places: Places) -> None:
    half = places.home / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    Servers(places, postgres=True, valkey=False).start()
    assert not half.exists()


def test_data_of_another_postgresql_is_refused(places: Places) -> None:
    places.postgres_data.mkdir()
    (places.postgres_data / "PG_VERSION").write_text("15\n")
    with pytest.raises(Stop, match="belongs to PostgreSQL 15, not 18"):
        Servers(places, postgres=True, valkey=False).start()


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="INKLING_HOME is too long for a unix socket"):
        Places(tmp_path / ("deep" * 25)).prepare()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its servers to `nobody`")
def test_root_is_told_of_a_folder_that_nobody_may_enter(places: Places) -> None:
    places.home.chmod(0o711)
    closed = places.home / "closed"
    closed.mkdir(mode=0o700)
    inner = Places(closed / "inkling")
    inner.prepare()
    with pytest.raises(Stop, match=f"`nobody` may not enter {closed}: set INKLING_HOME"):
        postgres.start(inner)


def test_too_little_room_is_said_in_one_line(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "ROOM_BYTES", 1 << 60)
    with pytest.raises(Stop, match=r"^The disk is full: no space left for .*\.$"):
        Servers(places, postgres=True, valkey=True).start()


def test_nothing_runs_in_an_empty_folder(places: Places) -> None:
    assert postgres.running(places) is None
    assert valkey.running(places) is None

"""The whole product on the test database: granian, a GPU worker, a background worker, the clock.

Every process is a real one, as `make run` starts it; only database, Redis number and data folder
are the tests' own.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from celery import current_app
from django.conf import settings
from django.db import connection

from generation.dispatch import GPU_QUEUE

ROOT = Path(__file__).resolve().parent.parent
DEADLINE_SECONDS = 60.0
QUEUES = (GPU_QUEUE, "background", "webhooks")
CELERY = f"{sys.executable} -m celery -A config"


def until(condition: Callable[[], Any], what: str, seconds: float = DEADLINE_SECONDS) -> Any:
    """Wait for `condition` to hold and return what it gave. Fails the test after `seconds`."""
    end = time.monotonic() + seconds
    pause = 0.02
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {seconds:.0f} seconds")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)
    return value


class LiveStack:
    """Starts and stops the processes; `url` is where the web server answers."""

    def __init__(self, log_dir: Path, includes: str = "") -> None:
        """`includes`: modules that every Celery worker loads beside its own, comma-separated."""
        self._log_dir = log_dir
        self._includes = includes
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start everything and wait until it serves."""
        self.start_web()
        self.start_gpu_worker()
        self.start_background_worker()
        self.start_clock()
        until(self._serves, "the web server's first answer")

    def start_web(self) -> None:
        """The web server; two workers, as in production."""
        self._start(
            "web",
            f"{sys.executable} -m granian --interface wsgi config.wsgi:application"
            f" --host 127.0.0.1 --port {self.port} --workers 2 --blocking-threads 8"
            " --workers-kill-timeout 5",
        )

    def start_gpu_worker(self, name: str = "gpu") -> None:
        """A GPU worker with a real engine on the small checkpoint."""
        self._start(
            name,
            f"{CELERY} worker -P solo -c 1 -Q gpu -n {name}@%h"
            f" -I {','.join(filter(None, ['generation.worker', self._includes]))}"
            " --disable-prefetch --without-gossip --without-mingle",
        )

    def start_background_worker(self) -> None:
        """The worker of every short task."""
        self._start(
            "background",
            f"{CELERY} worker -P threads -c 10 -Q background,webhooks -n background@%h"
            f"{f' -I {self._includes}' if self._includes else ''}"
            " --without-gossip --without-mingle",
        )

    def start_clock(self) -> None:
        """What rings at fixed times."""
        self._start("clock", f"{CELERY} beat --schedule {self._log_dir / 'clock'}")

    def kill(self, name: str) -> None:
        """kill -9, children and all that the process itself would not see coming."""
        process = self._processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if name == "web":
            # granian's workers outlive their master; `make run` ends them too.
            _end_group(process.pid)

    def pause(self) -> None:
        """Hold every process still once none is at anything: tests that follow on the same database
        do its work themselves, and must not find it done by somebody else."""
        if "clock" in self._processes:
            self._signal("clock", signal.SIGSTOP)  # it rings, so it is first
        until(_nothing_goes_on, "the end of what the stack is at")
        for name in self._processes:
            self._signal(name, signal.SIGSTOP)

    def resume(self) -> None:
        """Go on, without what was rung meanwhile."""
        with current_app.connection_for_write() as broker:
            broker.default_channel.client.delete(*QUEUES)  # type: ignore[attr-defined]
        for name in self._processes:
            self._signal(name, signal.SIGCONT)

    def _signal(self, name: str, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._processes[name].pid, number)

    def clock_of(self, name: str) -> Path:
        """The file that says by how many seconds the clock of a part is wrong."""
        return self._log_dir / f"{name}.clock"

    def pid(self, name: str) -> int:
        """The process id of a part."""
        return self._processes[name].pid

    def stop(self) -> None:
        """End every process."""
        for name in self._processes:
            self._signal(name, signal.SIGCONT)
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _end_group(process.pid)
        self._processes.clear()

    def log(self, name: str) -> str:
        """What a process wrote so far."""
        return (self._log_dir / f"{name}.log").read_text(errors="replace")

    def client(self, secret: str) -> httpx.Client:
        """An HTTP client that speaks with this API key."""
        return httpx.Client(
            base_url=f"{self.url}/api/v1",
            headers={"Authorization": f"Bearer {secret}"},
            timeout=30,
        )

    def _serves(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        return False

    def _start(self, name: str, command: str) -> None:
        with (self._log_dir / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                shlex.split(command),
                cwd=ROOT,
                env=_environment(self.port) | {"FAULT_CLOCK": str(self.clock_of(name))},
                stdout=log,
                stderr=log,
                start_new_session=True,  # a group of its own, to be ended as one
            )


def _nothing_goes_on() -> bool:
    """Whether nobody else is in a database transaction, twice in a row, and nothing is rung."""
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_stat_activity where datname = current_database()"
                " and pid <> pg_backend_pid() and state <> 'idle'"
            )
            (busy,) = cursor.fetchone()
        with current_app.connection_for_read() as broker:
            redis = broker.default_channel.client  # type: ignore[attr-defined]
            rung = sum(map(redis.llen, QUEUES))
        if busy or rung:
            return False
        time.sleep(0.05)
    return True


def _environment(port: int) -> dict[str, str]:
    """The test database and this test process's Redis number, for processes of the stack."""
    database = connection.settings_dict
    user = quote(database["USER"], safe="")
    password = f":{quote(database['PASSWORD'], safe='')}" if database["PASSWORD"] else ""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": f"postgres://{user}{password}@/{database['NAME']}",
        "PGHOST": database["HOST"] or "localhost",
        "DATABASE_ROLE": "ledger_application",  # as in production
        "INKLING_HOME": str(settings.INKLING_HOME),
        "INKLING_PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "WEBHOOK_PRIVATE_RECEIVERS": "yes",  # those of tests listen here
    }
    if database["PORT"]:
        environment["PGPORT"] = str(database["PORT"])
    return environment


def _end_group(leader: int) -> None:
    """End what a process left behind. Its group keeps its number while anything of it lives."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

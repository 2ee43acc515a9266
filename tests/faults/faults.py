"""What goes wrong during a storm, one function a fault."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from generation.dispatch import GPU_QUEUE, RENDER_TASK
from tests.live_stack import LiveStack

GPU_WORKERS = ("gpu", "gpu2")


class Faults:
    """Breaks things at random until told to stop, and counts what it broke."""

    def __init__(self, stack: LiveStack, seed: int) -> None:
        self._stack = stack
        self._chance = random.Random(seed)
        self._stop = threading.Event()
        self.count: Counter[str] = Counter()

    @property
    def every(self) -> list[Callable[[], None]]:
        """All faults, each as likely as the others."""
        return [
            self.kill_gpu_worker,
            self.kill_inference_child,
            self.freeze_gpu_worker,
            self.kill_background,
            self.kill_clock,
            self.kill_web,
            self.drop_database_connections,
            self.lose_every_message,
            self.ring_too_often,
        ]

    def run(self, most: int, pause_seconds: float) -> None:
        """Up to `most` faults, one every `pause_seconds` or so."""
        while sum(self.count.values()) < most:
            if self._stop.wait(pause_seconds * self._chance.uniform(0.5, 1.5)):
                break
            fault = self._chance.choice(self.every)
            fault()
            self.count[fault.__name__] += 1
        connection.close()

    def stop(self) -> None:
        """No more after this."""
        self._stop.set()

    def kill_gpu_worker(self) -> None:
        name = self._chance.choice(GPU_WORKERS)
        self._stack.kill(name)
        self._stack.start_gpu_worker(name)

    def kill_inference_child(self) -> None:
        child = child_of(self._stack.pid(self._chance.choice(GPU_WORKERS)))
        if child:
            os.kill(child, signal.SIGKILL)

    def freeze_gpu_worker(self) -> None:
        """Longer than its lease: it wakes up as a late worker."""
        pid = self._stack.pid(self._chance.choice(GPU_WORKERS))
        os.kill(pid, signal.SIGSTOP)
        self._stop.wait(settings.LEASE_SECONDS + 3)
        os.kill(pid, signal.SIGCONT)

    def kill_background(self) -> None:
        self._stack.kill("background")
        self._stack.start_background_worker()

    def kill_clock(self) -> None:
        self._stack.kill("clock")
        self._stack.start_clock()

    def kill_web(self) -> None:
        self._stack.kill("web")
        self._stack.start_web()

    def drop_database_connections(self) -> None:
        """As a PostgreSQL that restarts does to everyone who is connected."""
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )

    def lose_every_message(self) -> None:
        """As a Redis that starts again empty."""
        cache._cache.get_client().flushdb()  # type: ignore[attr-defined]

    def ring_too_often(self) -> None:
        for _ in range(20):
            current_app.send_task(RENDER_TASK, queue=GPU_QUEUE, ignore_result=True)


def child_of(pid: int) -> int:
    """The inference child of a GPU worker, 0 when it has none."""
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes()
            except OSError:
                continue
            if b"generation.engine.child" in command:
                return int(child)
    return 0

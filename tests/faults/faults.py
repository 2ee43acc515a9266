"""What goes wrong during a storm, one function a fault."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection

from generation.dispatch import GPU_QUEUE, RENDER_TASK
from generation.models import Attempt
from scripts import postgres, valkey
from scripts.places import Places, places
from scripts.servers import servers
from tests.live_stack import LiveStack, until

GPU_WORKERS = ("gpu", "gpu2")
# Prompts that contain it belong to jobs that kill whoever works on them.
POISON = "poison"
LITTLE_ROOM_BYTES = 4096


class Faults:
    """Breaks things at random until told to stop, and counts what it broke."""

    def __init__(self, stack: LiveStack, seed: int, *, own_servers: bool = False) -> None:
        """`own_servers`: nobody else uses PostgreSQL and Redis, so that they may be killed too."""
        self._stack = stack
        self._own_servers = own_servers
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
            self.repeat_messages,
            self.fill_the_disk,
            self.set_a_clock_wrong,
            *([self.kill_postgres, self.kill_redis] if self._own_servers else []),
        ]

    def run(self, most: int, pause_seconds: float) -> None:
        """Up to `most` faults, one every `pause_seconds` or so."""
        while sum(self.count.values()) < most:
            if self._stop.wait(pause_seconds * self._chance.uniform(0.5, 1.5)):
                break
            fault = self._chance.choice(self.every)
            fault()
            connection.close()  # a fault may have broken it
            self.count[fault.__name__] += 1

    def poison(self) -> None:
        """Until told to stop: kill whatever works on a job that is poison, each time."""
        while not self._stop.wait(0.02):
            try:
                at_it = Attempt.objects.filter(
                    ended_at=None, job__params__prompt__icontains=POISON, job__state="running"
                ).values_list("worker", flat=True)
                for worker in at_it:
                    child = child_of(self._stack.pid(worker.partition("@")[0]))
                    if child:
                        os.kill(child, signal.SIGKILL)
                        self.count["poison"] += 1
            except (DatabaseError, KeyError, OSError):
                connection.close()
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

    def repeat_messages(self) -> None:
        """Doorbells and sweeps, many at once and some late."""
        for number in range(20):
            late = 2 if number % 2 else None
            for task, queue in ((RENDER_TASK, GPU_QUEUE), ("generation.sweep", "background")):
                current_app.send_task(task, queue=queue, ignore_result=True, countdown=late)

    def fill_the_disk(self) -> None:
        """For a while a worker and its child can write no file of any size."""
        worker = self._stack.pid(self._chance.choice(GPU_WORKERS))
        full = [pid for pid in (worker, child_of(worker)) if pid]
        self._limit_files(full, LITTLE_ROOM_BYTES)
        self._stop.wait(2)
        self._limit_files(full, resource.RLIM_INFINITY)

    def _limit_files(self, pids: list[int], size_bytes: int) -> None:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):  # it died of another fault
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size_bytes, resource.RLIM_INFINITY))

    def set_a_clock_wrong(self) -> None:
        """A worker's, or that of the sweeper; by seconds or by more than any deadline."""
        clock = self._stack.clock_of(self._chance.choice([*GPU_WORKERS, "background"]))
        # A lease that was given by a clock far ahead is ended by the job's deadline only.
        wrong = self._chance.choice([2, 2, 5, 10, 10, 1000]) * self._chance.choice([-1, 1])
        clock.write_text(str(wrong))
        self._stop.wait(3)
        clock.unlink()

    def kill_postgres(self) -> None:
        self._kill_server(postgres.running)

    def kill_redis(self) -> None:
        self._kill_server(valkey.running)

    def _kill_server(self, running: Callable[[Places], int | None]) -> None:
        """kill -9, and started again after a moment."""
        here = places()
        pid = running(here)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            until(lambda: running(here) != pid, "the end of a server")
            self._stop.wait(1)
        servers(here).start()


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

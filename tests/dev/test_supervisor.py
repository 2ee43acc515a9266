"""Processes come back when they die, and end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scripts import supervisor as supervising
from scripts.backoff import Backoff
from scripts.guard import Guard
from scripts.locks import held
from scripts.places import ROOT, Places
from scripts.processes import alive
from scripts.supervisor import Keeper, Program, Supervisor
from tests.dev.harness import children, eventually

FOREVER = "import time; time.sleep(600)"
DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); "
    + ("time.sleep(600)")
)
WITH_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {FOREVER!r}])"
BROKEN = "import sys; sys.exit('the cable is not plugged in')"
QUICK = Backoff(then_s=0.01, most_s=0.05, quick_deaths=3)


@contextmanager
def supervised(
    places: Places, guard: Guard, told: list[str], **sources: str
) -> Iterator[Supervisor]:
    """Programs that run a line of Python each, started."""
    programs = [
        Program(name, [sys.executable, "-c", source], places.log_file(name), ROOT)
        for name, source in sources.items()
    ]
    supervisor = Supervisor(programs, guard, tell=told.append, backoff=QUICK)
    supervisor.start()
    try:
        yield supervisor
    finally:
        supervisor.stop(at_once=lambda: True)


def other_pid(supervisor: Supervisor, keeper: Keeper, old: int) -> bool:
    """See to the programs once; whether the keeper has a new process."""
    supervisor.tick()
    return keeper.pid not in (None, old)


def test_a_killed_process_comes_back(places: Places, guard: Guard) -> None:
    told: list[str] = []
    with supervised(places, guard, told, gpu=FOREVER, clock=FOREVER) as supervisor:
        gpu, clock = supervisor.keepers
        old, untouched = gpu.pid, clock.pid
        assert old is not None
        os.kill(old, signal.SIGKILL)
        eventually(lambda: other_pid(supervisor, gpu, old))
        assert clock.pid == untouched
    assert told == ["[gpu] was killed by signal 9; starting it again"]


def test_what_a_killed_process_left_running_is_killed_before_it_comes_back(
    places: Places, guard: Guard
) -> None:
    with supervised(places, guard, [], web=WITH_CHILD) as supervisor:
        (web,) = supervisor.keepers
        old = web.pid
        assert old is not None
        eventually(lambda: len(children(old)) == 1)
        (orphan,) = children(old)
        os.kill(old, signal.SIGKILL)
        eventually(lambda: other_pid(supervisor, web, old))
        assert not alive(orphan)


def test_one_that_keeps_dying_is_reported_once_and_the_others_go_on(
    places: Places, guard: Guard
) -> None:
    told: list[str] = []
    with supervised(places, guard, told, gpu=BROKEN, clock=FOREVER) as supervisor:
        gpu, clock = supervisor.keepers
        untouched = clock.pid

        def died_often() -> bool:
            supervisor.tick()
            return gpu.deaths >= 6

        eventually(died_often)
        assert clock.pid == untouched
        assert gpu.keeps_dying
    reports = [line for line in told if "keeps dying" in line]
    assert reports == ["[gpu] keeps dying (ended with code 1); trying on. Its last words:"]
    assert told.count("    the cable is not plugged in") == QUICK.quick_deaths


def test_a_program_that_is_not_there_counts_as_one_that_dies(places: Places, guard: Guard) -> None:
    told: list[str] = []
    program = Program("web", ["/nowhere/granian"], places.log_file("web"), ROOT)
    supervisor = Supervisor([program], guard, tell=told.append, backoff=QUICK)
    supervisor.start()
    web = supervisor.keeper("web")

    def keeps_dying() -> bool:
        supervisor.tick()
        return web.keeps_dying

    eventually(keeps_dying)
    assert told[0] == "[web] cannot be started: No such file or directory; starting it again"


def test_the_wait_before_a_restart_grows_and_has_an_end() -> None:
    waits = [Backoff().delay_s(deaths) for deaths in range(1, 12)]
    assert waits == sorted(waits)
    assert (waits[0], waits[1], waits[-1]) == (0.0, 0.5, 15.0)


def test_all_end_together_even_one_that_ignores_being_asked(
    places: Places, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "GRACE_S", 0.2)
    with supervised(places, guard, [], web=WITH_CHILD, gpu=DEAF) as supervisor:
        web, gpu = supervisor.keepers
        assert web.pid is not None
        assert gpu.pid is not None
        eventually(lambda: places.log_file("gpu").read_text() == "1\n")
        eventually(lambda: len(children(web.pid or 0)) == 1)
        everything = [web.pid, gpu.pid, *children(web.pid)]
        began = time.monotonic()
        supervisor.stop()
        assert time.monotonic() - began < 3.0
        assert not any(map(alive, everything))


RUN_WITH_A_CHILD = """
import os, subprocess, sys, time
from scripts.guard import Guard
from scripts.locks import locked
from scripts.places import places
with locked(places().run / "run.lock") as lock:
    guard = Guard(lock)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"],
                             start_new_session=True)
    guard.add(child.pid)
    print(child.pid, guard.pid, flush=True)
    time.sleep(600)
"""


def test_a_run_killed_with_9_leaves_nothing_and_its_lock_is_free_only_then(places: Places) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", RUN_WITH_A_CHILD], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    child, guard = map(int, run.stdout.readline().split())
    run.kill()
    run.wait()
    run.stdout.close()
    eventually(lambda: not held(places.run / "run.lock"))
    assert not alive(child)
    eventually(lambda: not alive(guard))


def test_a_killed_guard_comes_back_and_knows_what_to_watch(places: Places, guard: Guard) -> None:
    child = subprocess.Popen([sys.executable, "-c", FOREVER], start_new_session=True)
    guard.add(child.pid)
    old = guard.pid
    os.kill(old, signal.SIGKILL)

    def healed() -> bool:
        guard.heal()
        return guard.pid != old

    eventually(healed)
    guard.dismiss()
    eventually(lambda: child.poll() is not None)
    assert child.returncode == -signal.SIGTERM

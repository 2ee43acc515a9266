"""Keeps processes running: starts them, starts them again when they die, stops them together.

A process runs in a group of its own. When its first process dies, however it dies, what is left of
the group is killed before it is started again, so nothing keeps its port or its queue.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.backoff import Backoff
from scripts.guard import Guard
from scripts.logs import Tail, end_of, rotate
from scripts.processes import group_alive, signal_group, wait_until

GRACE_S = 4.0
KILL_S = 2.0
POLL_S = 0.1


@dataclass(frozen=True)
class Program:
    """A process to keep running."""

    name: str
    command: Sequence[str]
    log: Path
    cwd: Path
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


class Keeper:
    """One program and the process that runs it now."""

    def __init__(
        self, program: Program, guard: Guard, backoff: Backoff, tell: Callable[[str], None]
    ) -> None:
        self.program = program
        self.deaths = 0
        self.started = False
        self._guard = guard
        self._backoff = backoff
        self._tell = tell
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_at = 0.0
        rotate(program.log)
        self._tail = Tail(program.log)

    @property
    def pid(self) -> int | None:
        """The running process, None between a death and the next start."""
        return self._process.pid if self._process is not None else None

    @property
    def keeps_dying(self) -> bool:
        """Whether it died at once again and again."""
        return self.deaths >= self._backoff.quick_deaths

    def start(self) -> None:
        """Start the process; a program that cannot be started counts as one that died."""
        self.started = True
        self._started_at = time.monotonic()
        try:
            with self.program.log.open("ab") as log:
                self._process = subprocess.Popen(
                    self.program.command,
                    cwd=self.program.cwd,
                    env=self.program.env,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        except OSError as error:
            self._died(f"cannot be started: {error.strerror}")
        else:
            self._guard.add(self._process.pid)

    def tick(self, now: float) -> None:
        """See to the process: notice its death, start it again when its time has come."""
        for line in self._tail.notable():
            self._tell(f"[{self.program.name}] {line}")
        if self._process is None:
            if now >= self._start_at:
                self.start()
            return
        code = self._process.poll()
        if code is not None:
            self._clear_group(self._process.pid)
            self._died(f"was killed by signal {-code}" if code < 0 else f"ended with code {code}")
        elif self.deaths and now - self._started_at >= self._backoff.steady_s:
            self.deaths = 0

    def _clear_group(self, group: int) -> None:
        signal_group(group, signal.SIGKILL)
        wait_until(lambda: not group_alive(group), KILL_S)
        self._guard.drop(group)

    def _died(self, how: str) -> None:
        self._process = None
        self.deaths += 1
        self._start_at = time.monotonic() + self._backoff.delay_s(self.deaths)
        if self.deaths < self._backoff.quick_deaths:
            self._tell(f"[{self.program.name}] {how}; starting it again")
        elif self.deaths == self._backoff.quick_deaths:
            self._tell(f"[{self.program.name}] keeps dying ({how}); trying on. Its last words:")
            for line in end_of(self.program.log, 5):
                self._tell(f"    {line}")

    def ask_to_end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Signal the first process of the group; it ends its own children."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def ended(self) -> bool:
        """Whether no process runs."""
        return self._process is None or self._process.poll() is not None

    def end(self) -> None:
        """Kill what is left and reap it."""
        if self._process is not None:
            self._clear_group(self._process.pid)
            self._process.wait()
            self._process = None


class Supervisor:
    """All programs of a run."""

    def __init__(
        self,
        programs: Sequence[Program],
        guard: Guard,
        *,
        tell: Callable[[str], None],
        backoff: Backoff | None = None,
    ) -> None:
        self._guard = guard
        self.keepers = [Keeper(program, guard, backoff or Backoff(), tell) for program in programs]

    def start(self, *names: str) -> None:
        """Start the programs of these names, or all that were not started yet."""
        for keeper in self.keepers:
            if not keeper.started and (not names or keeper.program.name in names):
                keeper.start()

    def tick(self) -> None:
        """See to every started program once. Call it about every `POLL_S` seconds."""
        self._guard.heal()
        for keeper in self.keepers:
            if keeper.started:
                keeper.tick(time.monotonic())

    def stop(self, *, at_once: Callable[[], bool] = lambda: False) -> None:
        """Ask all to end, wait, kill what does not end in `GRACE_S` or once `at_once()` holds."""
        for keeper in self.keepers:
            keeper.ask_to_end()
        wait_until(lambda: at_once() or all(keeper.ended() for keeper in self.keepers), GRACE_S)
        for keeper in self.keepers:
            keeper.end()

    def keeper(self, name: str) -> Keeper:
        """The keeper of one program. Raises KeyError."""
        return {keeper.program.name: keeper for keeper in self.keepers}[name]

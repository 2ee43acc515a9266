"""The embedded servers together. Whoever uses them last stops them.

Every `make run` and `make test` holds a shared lock on `run/users.lock` while it uses the servers.
The one that then gets the lock for itself alone was the last. `services start` leaves a file that
keeps them running until `services stop`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts import postgres, valkey
from scripts.backoff import Backoff
from scripts.locks import Busy, held, locked
from scripts.logs import Tail
from scripts.places import Places
from scripts.processes import alive
from scripts.terminal import Stop

START_WAIT_S = 660.0
# Whoever stops the servers holds their lock alone for a moment.
USERS_WAIT_S = 20.0


@dataclass(frozen=True)
class Servers:
    """Which of the two are ours to run: a URL in the environment wins over an embedded one."""

    places: Places
    postgres: bool
    valkey: bool

    @property
    def any(self) -> bool:
        """Whether at least one is ours."""
        return self.postgres or self.valkey

    @property
    def users(self) -> Path:
        """The lock that every user of the servers shares."""
        return self.places.run / "users.lock"

    @property
    def kept(self) -> Path:
        """The file that keeps the servers running without a user."""
        return self.places.run / "keep-services"

    def start(self, give_up: Callable[[], bool] = lambda: False) -> dict[str, int]:
        """Start what is ours and not running; pids by name. Raises Stop, or when `give_up()`.

        Several processes may do this at once: one starts, the others wait and find it running.
        """
        self.places.prepare()
        self.places.check_room()
        pids = {}
        try:
            with locked(self.places.run / "start.lock", wait_s=START_WAIT_S):
                if self.postgres:
                    pids["postgres"] = postgres.start(self.places, give_up)
                if self.valkey:
                    pids["valkey"] = valkey.start(self.places, give_up)
        except Busy:
            raise Stop("Another process has been starting the servers for too long.") from None
        return pids

    def stop(self, *, at_once: bool = False) -> None:
        """Stop what is ours."""
        with locked(self.places.run / "start.lock", wait_s=START_WAIT_S):
            if self.valkey:
                valkey.stop(self.places)
            if self.postgres:
                postgres.stop(self.places, at_once=at_once)

    def stop_if_unused(self, *, at_once: bool = False) -> bool:
        """Stop what is ours unless it has other users or is kept; whether it was stopped."""
        if self.kept.exists():
            return False
        try:
            with locked(self.users):
                self.stop(at_once=at_once)
        except Busy:
            return False
        return True

    def status(self) -> dict[str, int | None]:
        """The pid of each embedded server, None for one that does not run."""
        pids: dict[str, int | None] = {}
        if self.postgres:
            pids["postgres"] = postgres.running(self.places)
        if self.valkey:
            pids["valkey"] = valkey.running(self.places)
        return pids

    def in_use(self) -> bool:
        """Whether a `make run` or `make test` uses them."""
        return held(self.users)


def servers(places: Places) -> Servers:
    """The servers that the environment leaves to us."""
    return Servers(
        places,
        postgres=not os.environ.get("DATABASE_URL"),
        valkey=not os.environ.get("REDIS_URL"),
    )


def lost(pids: dict[str, int]) -> list[str]:
    """Names of servers that no longer run."""
    return [name for name, pid in pids.items() if not alive(pid)]


class ServerWatch:
    """Starts an embedded server again when it has died."""

    def __init__(
        self,
        ours: Servers,
        pids: dict[str, int],
        *,
        ending: Callable[[], bool],
        tell: Callable[[str], None],
    ) -> None:
        self._ours = ours
        self._pids = pids
        self._ending = ending
        self._tell = tell
        self._backoff = Backoff()
        self._deaths = 0
        self._started_at = self._next_at = 0.0
        self._tails = {name: Tail(ours.places.log_file(name)) for name in pids}

    def tick(self, now: float) -> None:
        """Look once; called several times a second."""
        for name, tail in self._tails.items():
            for line in tail.notable():
                self._tell(f"[{name}] {line}")
        missing = lost(self._pids)
        if not missing or now < self._next_at:
            return
        if now - self._started_at >= self._backoff.steady_s:
            self._deaths = 0
        self._deaths += 1
        self._started_at = now
        self._next_at = now + self._backoff.delay_s(self._deaths + 1)
        told = self._deaths <= self._backoff.quick_deaths
        if told:
            self._tell(f"[{', '.join(missing)}] died; starting it again")
        try:
            self._pids = self._ours.start(self._ending)
        except Stop as error:
            if told and not self._ending():
                self._tell(f"[{', '.join(missing)}] {error}")

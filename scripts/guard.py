"""Cleans up after a run that was itself killed with -9.

The guard is a child that reads process groups from a pipe: `+ 1234` when one starts, `- 1234` when
it has ended. The pipe closes when the run ends, however it ends. Groups still on the list are then
stopped, and the embedded servers too when nobody else uses them. The guard inherits the lock of the
run, so the next run starts only after the cleaning.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence

from scripts.places import ROOT, places
from scripts.processes import group_alive, signal_group, wait_until
from scripts.servers import servers

GRACE_S = 4.0
KILL_S = 2.0


class Guard:
    """The guard as its run sees it. It is started again when it was killed."""

    def __init__(self, lock: int) -> None:
        self._lock = lock
        self._groups: set[int] = set()
        self._process = self._spawn()

    @property
    def pid(self) -> int:
        """The guard's own process."""
        return self._process.pid

    def _spawn(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "scripts.guard"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,  # Ctrl-C at the terminal is not for the guard
            pass_fds=(self._lock,),
        )

    def add(self, group: int) -> None:
        """Watch a process group."""
        self._groups.add(group)
        self._tell(f"+ {group}")

    def drop(self, group: int) -> None:
        """Stop watching a process group: it has ended."""
        self._groups.discard(group)
        self._tell(f"- {group}")

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except OSError:
            self.heal()

    def heal(self) -> None:
        """Start the guard again when it has died, with everything it has to know."""
        if self._process.poll() is None:
            return
        self._process = self._spawn()
        for group in self._groups:
            self._tell(f"+ {group}")

    def dismiss(self) -> None:
        """Let the guard end after everything else has ended."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it died with a line unread
            self._process.stdin.close()
        self._process.wait()


@contextlib.contextmanager
def guarded(lock: int) -> Iterator[Guard]:
    """Have a guard for as long as anything of this run lives."""
    guard = Guard(lock)
    try:
        yield guard
    finally:
        guard.dismiss()


def end_groups(groups: Sequence[int]) -> None:
    """Ask process groups to end, then make them."""
    for group in groups:
        signal_group(group, signal.SIGTERM)
    if not wait_until(lambda: not any(map(group_alive, groups)), GRACE_S):
        for group in groups:
            signal_group(group, signal.SIGKILL)
        wait_until(lambda: not any(map(group_alive, groups)), KILL_S)


def main() -> None:
    """Read the list until the run ends, then clean up."""
    groups: set[int] = set()
    for line in sys.stdin:
        sign, group = line.split()
        if sign == "+":
            groups.add(int(group))
        else:
            groups.discard(int(group))
    end_groups(sorted(groups))
    servers(places()).stop_if_unused()


if __name__ == "__main__":
    main()

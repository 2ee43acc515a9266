"""Advisory locks on files: they vanish with their holder, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.terminal import Stop

POLL_S = 0.05


class Busy(Stop):
    """Another process holds the lock."""


@contextmanager
def locked(path: Path, *, shared: bool = False, wait_s: float = 0.0) -> Iterator[int]:
    """Hold the lock of a file or folder while the block runs; yields it, opened.

    Raises Busy when it is still held elsewhere after `wait_s` seconds.
    """
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
    file = os.open(path, flags, 0o600)
    try:
        take(file, shared=shared, wait_s=wait_s)
        yield file
    finally:
        os.close(file)


def take(file: int, *, shared: bool = False, wait_s: float = 0.0) -> None:
    """Take the lock of an open file. Raises Busy after `wait_s` seconds of waiting."""
    deadline = time.monotonic() + wait_s
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Busy(
                    "Another process of Inkling is doing the same: try again when it has ended."
                ) from None
            time.sleep(POLL_S)
        else:
            return


def held(path: Path) -> bool:
    """Whether some process holds the lock right now."""
    if not path.exists():
        return False
    try:
        with locked(path):
            return False
    except Busy:
        return True

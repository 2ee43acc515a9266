"""What the person at the terminal sees: one line a step with its seconds, one line an error."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

FULL = "no space left on device"
DOT_EVERY_S = 5.0


class Stop(Exception):
    """The verb cannot go on; the text is the one line the user reads. Exit code 1."""


class DiskFull(Stop):
    """A program ended because the disk is full."""


class Terminal:
    """Standard output, shared by steps whose line is still open and by lines of processes."""

    def __init__(self) -> None:
        self._open = False
        self._lock = threading.Lock()

    def write(self, text: str, *, keep_open: bool = False) -> None:
        """Write a text and end its line unless it is kept open for `add`."""
        with self._lock:
            self._print("\n" * self._open + text + "\n" * (not keep_open))
            self._open = keep_open

    def add(self, text: str, *, otherwise: str = "", end: bool = False) -> None:
        """Add to the open line. When another line came between, write `otherwise` and the text."""
        with self._lock:
            if self._open or otherwise:
                self._print(("" if self._open else otherwise) + text + "\n" * end)
                self._open = self._open and not end

    def _print(self, text: str) -> None:
        # A terminal that was closed must not stop what is being cleaned up.
        with contextlib.suppress(OSError):
            sys.stdout.write(text)
            sys.stdout.flush()


terminal = Terminal()


def say(line: str = "") -> None:
    """One line, at once."""
    terminal.write(line)


def warn(line: str) -> None:
    """One line on standard error, at once."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Announce a step, add a dot every few seconds, end the line with the seconds it took."""
    began = time.monotonic()
    terminal.write(f"  {name}", keep_open=True)
    ended = threading.Event()

    def dots() -> None:
        while not ended.wait(DOT_EVERY_S):
            terminal.add(".")

    ticker = threading.Thread(target=dots, daemon=True)
    ticker.start()
    outcome = "failed"
    try:
        yield
        outcome = f"{time.monotonic() - began:.1f} s"
    finally:
        ended.set()
        ticker.join()
        terminal.add(f" {outcome}", otherwise=f"  {name}:", end=True)


def disk_full(error: OSError) -> bool:
    """Whether an error says that the disk, or the user's share of it, is full."""
    # An error that sums up many, as one of a whole tree of copies, has a text but no number.
    return error.errno in (errno.ENOSPC, errno.EDQUOT) or FULL in str(error).lower()


def disk_full_line(folder: Path | str) -> str:
    """The one line for a full disk."""
    return f"The disk is full: no space left for {folder}. Free some space and start again."


def last_lines(text: str, count: int) -> list[str]:
    """The last non-empty lines of a text, oldest first."""
    return [line.rstrip() for line in text.splitlines() if line.strip()][-count:]


def reason(output: str, folder: Path) -> str:
    """The line of a program's output that best says why it failed. Raises DiskFull."""
    if FULL in output.lower():
        raise DiskFull(disk_full_line(folder))
    lines = last_lines(output, 40)
    for line in reversed(lines):
        if any(word in line for word in ("Error", "error:", "FATAL", "PANIC")):
            return line.strip()
    return lines[-1].strip() if lines else "it printed nothing"


def run_quietly(
    command: Sequence[str | os.PathLike[str]],
    *,
    purpose: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> str:
    """Run a program, keep its output for `log`, and return its standard output.

    Raises Stop with one line that names the purpose, the reason and the log.
    """
    result = subprocess.run(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    output = result.stdout + result.stderr
    if log is not None:
        with log.open("a") as file:
            file.write(f"$ {' '.join(map(str, command))}\n{output}")
    if result.returncode != 0:
        where = f" (log: {log})" if log is not None else ""
        raise Stop(f"{purpose} failed: {reason(output, cwd)}{where}")
    return result.stdout

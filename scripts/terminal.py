"""What the person at the terminal sees: one line a step with its seconds, one line an error."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

FULL = "no space left on device"
DOT_EVERY_S = 5.0


class Stop(Exception):
    """The verb cannot go on; the text is the one line the user reads. Exit code 1."""


def say(line: str = "") -> None:
    """One line, at once."""
    print(line, flush=True)


def warn(line: str) -> None:
    """One line on standard error, at once."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Announce a step, add a dot every few seconds, end the line with the seconds it took."""
    print(f"  {name} ", end="", flush=True)
    began = time.monotonic()
    ended = threading.Event()

    def dots() -> None:
        while not ended.wait(DOT_EVERY_S):
            print(".", end="", flush=True)

    ticker = threading.Thread(target=dots, daemon=True)
    ticker.start()
    outcome = "failed"
    try:
        yield
        outcome = f"{time.monotonic() - began:.1f} s"
    finally:
        ended.set()
        ticker.join()
        print(f" {outcome}", flush=True)


def disk_full(error: BaseException) -> bool:
    """Whether an error says that the disk, or the user's share of it, is full."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def disk_full_line(folder: Path) -> str:
    """The one line for a full disk."""
    return f"The disk is full: no space left for {folder}. Free some space and start again."


def last_lines(text: str, count: int) -> list[str]:
    """The last non-empty lines of a text, oldest first."""
    return [line.rstrip() for line in text.splitlines() if line.strip()][-count:]


def reason(output: str, folder: Path) -> str:
    """The line of a program's output that best says why it failed."""
    if FULL in output.lower():
        return disk_full_line(folder)
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

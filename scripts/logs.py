"""Log files, and what of them is shown at the terminal."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.terminal import last_lines

LARGE_BYTES = 10 * 1024 * 1024
SHOWN_CHARACTERS = 200
SHOWN_AT_ONCE = 5
# Programs of ours and of others: key=value lines, Celery and granian, PostgreSQL, Valkey.
NOTABLE = re.compile(
    r"level=(warning|error|critical)|\[(WARNING|ERROR|CRITICAL)\]|PANIC: |^[\w.]*Error: |"
    r"No space left on device|^\d+:[MSXC] .* # (?!WARNING)"
)


def rotate(path: Path) -> None:
    """Put a large log aside as `.1`, in place of the one before it."""
    if path.exists() and path.stat().st_size > LARGE_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))


def end_of(path: Path, count: int) -> list[str]:
    """The last non-empty lines of a log; none when there is no log."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 65536))
            return last_lines(file.read().decode(errors="replace"), count)
    except OSError:
        return []


class Tail:
    """New lines of one log that a person at the terminal should see."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._position = path.stat().st_size if path.exists() else 0
        self._rest = b""

    def notable(self) -> list[str]:
        """Warnings and errors written since the last call; a flood is cut to its first lines."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._position)
                data = file.read()
        except OSError:
            return []
        self._position += len(data)
        *complete, self._rest = (self._rest + data).split(b"\n")
        found = [
            line[:SHOWN_CHARACTERS]
            for line in (raw.decode(errors="replace").rstrip() for raw in complete)
            if NOTABLE.search(line)
        ]
        if len(found) > SHOWN_AT_ONCE:
            more = len(found) - SHOWN_AT_ONCE
            found = [*found[:SHOWN_AT_ONCE], f"... and {more} more in {self.path}"]
        return found

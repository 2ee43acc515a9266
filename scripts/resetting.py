"""`make reset`: an empty data folder."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

from scripts.locks import Busy, locked
from scripts.places import Places, places
from scripts.servers import servers
from scripts.terminal import Stop, say

# Only what Inkling makes: a mistyped INKLING_HOME must not cost anything else.
MADE_HERE = (
    "artifacts", "checkpoints", "log", "mail", "postgres", "postgres.new", "programs", "run",
    "scratch", "secret-key", "test", "valkey",
)  # fmt: skip


def confirm(here: Places) -> None:
    """Ask, unless YES=1. Raises Stop when the answer is not yes."""
    if os.environ.get("YES") == "1":
        return
    question = f"Delete every account, point and picture in {here.home}? Type yes: "
    if not sys.stdin.isatty() or input(question).strip().lower() != "yes":
        raise Stop("Nothing was deleted. Without a terminal, YES=1 make reset does it.")


def remove(path: Path) -> None:
    """Remove a file or a whole folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def reset() -> int:
    """Stop the servers and delete the data. Returns the exit code. Raises Stop."""
    here = places()
    if not here.home.exists():
        say(f"{here.home} does not exist: nothing to delete.")
        return 0
    confirm(here)
    here.run.mkdir(exist_ok=True)
    try:
        with ExitStack() as locks:
            for name in ("run.lock", "test.lock", "users.lock"):
                locks.enter_context(locked(here.run / name))
            servers(here).stop()
            for name in MADE_HERE:
                remove(here.home / name)
    except Busy:
        raise Stop(
            "Inkling or its tests are running on this data folder: end them first."
        ) from None
    left = sorted(path.name for path in here.home.iterdir())
    say(f"{here.home} is empty." if not left else f"Kept, not made here: {', '.join(left)}")
    return 0

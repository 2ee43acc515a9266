"""`make test`, `make bench` and `make check`."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from scripts import browser
from scripts.ending import end_once
from scripts.guard import guarded
from scripts.installing import install
from scripts.locks import Busy, locked
from scripts.places import PYTHON, ROOT, VENV, places
from scripts.preparing import check_external
from scripts.servers import USERS_WAIT_S, servers
from scripts.terminal import Stop, last_lines, say, step

MOST_WORKERS = 4
CHECKS_AT_ONCE = 2
SHOWN_LINES = 60
OWN_DISTRIBUTION = ("-n", "--numprocesses", "--pdb", "no:xdist")

CHECKS: Mapping[str, list[str | Path]] = {
    "mypy": [PYTHON, "-m", "mypy", "."],
    "ruff check": [VENV / "bin" / "ruff", "check", "."],
    "ruff format": [VENV / "bin" / "ruff", "format", "--check", "."],
    "imports": [PYTHON, VENV / "bin" / "lint-imports"],
    "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
    "django": [PYTHON, "manage.py", "check"],
}


@contextmanager
def with_servers() -> Iterator[None]:
    """The environment and both servers for as long as the block runs. Raises Stop."""
    end_once()
    here = places()
    here.prepare()
    install()
    ours = servers(here)
    try:
        with locked(here.run / "test.lock") as lock:
            try:
                with locked(ours.users, shared=True, wait_s=USERS_WAIT_S), guarded(lock):
                    check_external(ours)
                    with step("Starting the servers"):
                        ours.start()
                    yield
            finally:
                ours.stop_if_unused()
    except Busy:
        raise Stop(
            f"Tests or measurements already run on {here.home}: wait, or set INKLING_HOME."
        ) from None


def foreground(command: Sequence[str | os.PathLike[str]]) -> int:
    """Run a program that owns the terminal; its exit code. Ctrl-C is its to answer."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = subprocess.Popen(command, cwd=ROOT, preexec_fn=default_interrupt)
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
        signal.signal(signal.SIGINT, before)


def default_interrupt() -> None:
    """Let the child hear Ctrl-C that its parent ignores."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def distribution(arguments: Sequence[str]) -> list[str]:
    """How pytest spreads tests: at least two processes, at most four, a file stays together."""
    if any(argument.startswith(OWN_DISTRIBUTION) for argument in arguments):
        return []
    # What this process may use: a container or `taskset` leaves fewer than the machine has.
    workers = max(2, min(len(os.sched_getaffinity(0)), MOST_WORKERS))
    return ["-n", str(workers), "--dist", "loadfile"]


def test(arguments: Sequence[str]) -> int:
    """Run the tests; pytest's exit code. Its closing line is the last that is printed."""
    spread = distribution(arguments)
    if spread:
        # The processes share the cores: threads of small models would only wait for each other.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    with with_servers():
        browser.provide()
        return foreground([PYTHON, "-m", "pytest", *spread, *arguments])


def bench(arguments: Sequence[str]) -> int:
    """Run the measurements; their exit code."""
    with with_servers():
        return foreground([PYTHON, "-m", "bench", *arguments])


def run_check(command: Sequence[str | Path]) -> tuple[int, str, float]:
    """Run one check; its exit code, what it printed and the seconds it took."""
    began = time.monotonic()
    result = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    return result.returncode, result.stdout + result.stderr, time.monotonic() - began


def check() -> int:
    """Run every static check, whatever the others said. Returns 1 when one failed, else 0."""
    install()
    failed = []
    with ThreadPoolExecutor(CHECKS_AT_ONCE) as pool:
        for name, (code, output, seconds) in zip(
            CHECKS, pool.map(run_check, CHECKS.values()), strict=True
        ):
            say(f"  {name:<12} {'FAILED' if code else 'ok':<6} {seconds:5.1f} s")
            if code:
                failed.append(name)
                for line in last_lines(output, SHOWN_LINES):
                    say(f"    {line}")
    say(f"make check: {', '.join(failed)} failed" if failed else "make check: all passed")
    return 1 if failed else 0

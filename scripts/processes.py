"""Looking at processes and ending them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PROC = Path("/proc")
POLL_S = 0.02


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll until the condition holds; False when it still does not after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_S)
    return True


def alive(pid: int) -> bool:
    """Whether the process runs. One that is dead and only not yet reaped does not."""
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass  # not a child of ours: nothing to reap
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not state(pid).startswith("Z")


def state(pid: int) -> str:
    """The state letter of a process as the kernel gives it; empty when it is gone."""
    if PROC.joinpath("self").exists():
        return "".join(stat_fields(PROC / str(pid))[:1])
    return subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True
    ).stdout.strip()


def command_line(pid: int) -> str:
    """The arguments of a process joined by spaces; empty when it is gone."""
    if PROC.joinpath("self").exists():
        try:
            data = (PROC / str(pid) / "cmdline").read_bytes()
        except OSError:
            return ""
        return data.replace(b"\0", b" ").decode(errors="replace").strip()
    return subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True
    ).stdout.strip()


def working_in(folder: Path) -> Iterator[int]:
    """Processes whose working directory is `folder`, as far as this user may see them (Linux)."""
    for entry in PROC.glob("[0-9]*"):
        try:
            if os.readlink(entry / "cwd") == str(folder):
                yield int(entry.name)
        except OSError:
            continue


def signal_process(pid: int, number: signal.Signals) -> None:
    """Send a signal; a process that is already gone is fine."""
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def signal_group(group: int, number: signal.Signals) -> None:
    """Send a signal to a whole process group; one that is already gone is fine."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return


def group_alive(group: int) -> bool:
    """Whether any process of the group runs; dead ones that nobody reaped do not count."""
    if not PROC.joinpath("self").exists():
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        return True
    return any(
        stat[0] != "Z" and int(stat[2]) == group
        for stat in map(stat_fields, PROC.glob("[0-9]*"))
        if stat
    )


def stat_fields(entry: Path) -> list[str]:
    """State, parent, group and so on of a process under /proc; empty when it is gone."""
    try:
        # The name in parentheses before them may hold anything, parentheses included.
        return (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []

"""Run Inkling as `make run` does, in a data folder of its own. For tests of any kind.

with running_inkling() as inkling:
    httpx.get(f"{inkling.url}/readyz")
    os.kill(inkling.pids("gpu")[0], signal.SIGKILL)
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.places import ROOT, Places
from scripts.processes import PROC, alive, command_line, stat_fields, wait_until
from scripts.servers import Servers

# A limit for machines that do much else at the same time; usually it takes a second.
PATIENCE_S = 90.0
START_S = 240.0

# What tells a process by its arguments; a web worker is a child of the process named web.
MARKS = {
    "web": "granian --interface",
    "gpu": "-Q gpu",
    "background": "-Q background",
    "clock": " beat ",
    "payments": "tests.servers.stripe",
    "guard": "scripts.guard",
}


def eventually(condition: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Fail unless the condition comes to hold."""
    assert wait_until(condition, seconds), f"did not come to hold within {seconds} s"


@contextmanager
def data_folder() -> Iterator[Places]:
    """An empty data folder with a path short enough for sockets; its servers are stopped after."""
    home = Path(tempfile.mkdtemp(prefix="ink-", dir="/tmp"))
    places = Places(home)
    places.prepare()
    try:
        yield places
    finally:
        Servers(places, postgres=True, valkey=True).stop(at_once=True)
        shutil.rmtree(home)


def free_port() -> int:
    """A port that nothing listens on, nor on the one after it, where test payments are taken."""
    while True:
        with socket.socket() as probe, socket.socket() as beside:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            with contextlib.suppress(OSError, OverflowError):
                beside.bind(("127.0.0.1", port + 1))
                return port


def environment(home: Path, **changes: str) -> dict[str, str]:
    """The environment of a run on this data folder, with the embedded servers."""
    foreign = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "STRIPE_SECRET_KEY")
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    return kept | {"INKLING_HOME": str(home)} | changes


def children(pid: int) -> list[int]:
    """Living children of a process."""
    return [
        int(entry.name)
        for entry in PROC.glob("[0-9]*")
        if (stat := stat_fields(entry)) and stat[0] != "Z" and int(stat[1]) == pid
    ]


def descendants(pid: int) -> list[int]:
    """Living children of a process, and theirs."""
    found = children(pid)
    return found + [below for child in found for below in descendants(child)]


@dataclass
class Inkling:
    """A `dev.py run` that was started."""

    places: Places
    port: int
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address of the web server."""
        return f"http://127.0.0.1:{self.port}"

    def pids(self, name: str) -> list[int]:
        """Living processes of one name: web, web worker, gpu, background, clock, payments,
        guard, postgres or valkey."""
        servers = Servers(self.places, postgres=True, valkey=True)
        if name in ("postgres", "valkey"):
            return [pid for pid in (servers.status()[name],) if pid is not None]
        if name == "web worker":
            return [worker for web in self.pids("web") for worker in children(web)]
        return [pid for pid in children(self.process.pid) if MARKS[name] in f"{command_line(pid)} "]

    def everything(self) -> list[int]:
        """Every living process of this run, the embedded servers included."""
        servers = self.pids("postgres") + self.pids("valkey")
        return sorted({self.process.pid, *descendants(self.process.pid), *servers})

    def said(self, text: str) -> bool:
        """Whether a line with this text was printed."""
        return any(text in line for line in self.lines)

    def wait_ready(self) -> None:
        """Wait for the line with the address; fail when the run ends before it."""
        announced = f"Inkling runs at {self.url}"
        eventually(lambda: self.said(announced) or self.process.poll() is not None, START_S)
        assert self.said(announced), "\n".join(self.lines)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ask the run to end as Ctrl-C does; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))


def start(places: Places, port: int, **changes: str) -> Inkling:
    """Start `dev.py run` and read what it prints."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "scripts" / "dev.py"), "run"],
        cwd=ROOT,
        env=environment(places.home, INKLING_PORT=str(port), **changes),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    inkling = Inkling(places, port, process)
    threading.Thread(target=inkling._read, daemon=True).start()
    return inkling


@contextmanager
def running_inkling(**changes: str) -> Iterator[Inkling]:
    """A whole Inkling, ready, on a free port and an empty data folder; gone after the block."""
    with data_folder() as places:
        inkling = start(places, free_port(), **changes)
        try:
            inkling.wait_ready()
            yield inkling
        finally:
            inkling.stop()
            eventually(lambda: not any(map(alive, inkling.everything())))

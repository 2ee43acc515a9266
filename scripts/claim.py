"""What a run claims for itself alone: a port and a data folder."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.locks import Busy, take
from scripts.places import Places
from scripts.processes import alive
from scripts.terminal import Stop, step

# How long a run that was killed may take to be cleaned up by its guard.
CLEAN_UP_S = 20.0


@dataclass(frozen=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address to open in a browser on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def address() -> Address:
    """The address from INKLING_HOST and INKLING_PORT. Raises Stop."""
    port = os.environ.get("INKLING_PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Stop(f"INKLING_PORT must be a port number, not {port!r}.")
    return Address(os.environ.get("INKLING_HOST") or "127.0.0.1", int(port))


def check_port(at: Address) -> None:
    """Try the port. Raises Stop when nothing may listen there."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            at.host, at.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except socket.gaierror:
        raise Stop(f"INKLING_HOST={at.host} is no address of this machine.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Stop(
                f"Port {at.port} on {at.host} is in use by another program: stop it, or choose "
                f"another port, as in INKLING_PORT={at.port + 1} make run."
            ) from None
        raise Stop(
            f"Port {at.port} on {at.host} cannot be used: {os.strerror(error.errno or 0)}."
        ) from None


@contextmanager
def the_only_run(here: Places, at: Address) -> Iterator[int]:
    """Hold the lock of a run on this data folder; yields the lock. Raises Stop."""
    path = here.run / "run.lock"
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            take(file)
        except Busy:
            wait_for_previous(file, path)
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()} {at.url}\n".encode(), 0)
        yield file
    finally:
        os.close(file)


def wait_for_previous(file: int, path: Path) -> None:
    """Wait for the guard of a run that was killed. Raises Stop when that run is alive."""
    pid, _, url = path.read_text().strip().partition(" ")
    if not pid.isdecimal() or alive(int(pid)):
        raise Stop(
            f"Inkling runs already: {url} (pid {pid}). For a second one set INKLING_HOME and "
            "INKLING_PORT."
        )
    with step("Waiting until the run before this one is cleaned up"):
        try:
            take(file, wait_s=CLEAN_UP_S)
        except Busy:
            raise Stop(f"The run before this one was not cleaned up; see {path}.") from None

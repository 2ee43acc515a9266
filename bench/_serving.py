"""The processes a benchmark asks: a web server as the product has it, and workers."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60


@contextlib.contextmanager
def serving(
    environment: Mapping[str, str], *, ready: str, workers: int, threads: int
) -> Iterator[int]:
    """A web server on a port of its own; yields the port once `ready`, a path, answers.

    Raises TimeoutError.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = (
        "granian --interface wsgi config.wsgi:application --host 127.0.0.1"
        f" --port {port} --workers {workers} --blocking-threads {threads}"
        " --workers-kill-timeout 3 --log-level error"
    )
    with process(environment, *command.split()):
        until = time.monotonic() + START_SECONDS
        while not _answers(f"http://127.0.0.1:{port}{ready}"):
            if time.monotonic() > until:
                raise TimeoutError("the bench's web server does not answer")
            time.sleep(0.1)
        yield port


@contextlib.contextmanager
def process(environment: Mapping[str, str], *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Python module that runs until the block ends. What it logs is written, to nowhere."""
    running = subprocess.Popen(
        [sys.executable, "-m", *command],
        env={**os.environ, **environment},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield running
    finally:
        running.terminate()
        running.wait()


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(urllib.request.urlopen(url, timeout=5).status == 200)
    return False

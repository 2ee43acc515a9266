"""Start the stand-in as a process, talk to its control endpoint, stop it. Standard library only.

with launched() as stripe_server:
    stripe_server.control.pay(session_id, "card_good")
"""

from __future__ import annotations

import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.stripe.control_client import Control

ROOT = Path(__file__).resolve().parents[3]
START_S = 60.0
STOP_S = 10.0


@dataclass
class StripeServer:
    """A stand-in that runs."""

    base_url: str
    control: Control
    process: subprocess.Popen[str]

    def stop(self) -> None:
        """End the process; it saves its state first."""
        self.control.close()
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def start(
    *,
    webhook: str | None = None,
    webhook_secrets: Sequence[str] = (),
    state: Path | None = None,
    port: int = 0,
    extra: Sequence[str] = (),
) -> StripeServer:
    """Start it on a free port (or the one given) and wait until it answers."""
    command = [sys.executable, "-m", "tests.servers.stripe", "--port", str(port), *extra]
    command.append("--with-parent")  # a killed test run leaves no process behind
    if webhook is not None:
        command += ["--webhook", webhook]
        for secret in webhook_secrets:
            command += ["--webhook-secret", secret]
    if state is not None:
        command += ["--state", str(state)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        base_url = _first_line(process).split()[-1]
    except BaseException:
        process.kill()
        process.wait()
        raise
    return StripeServer(base_url, Control(base_url), process)


def _first_line(process: subprocess.Popen[str]) -> str:
    """What the process says once it serves. Raises RuntimeError when it says nothing."""
    assert process.stdout is not None
    deadline = time.monotonic() + START_S
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        ready = selector.select(max(deadline - time.monotonic(), 0))
        line = process.stdout.readline() if ready else ""
    if line:
        return line
    raise RuntimeError(f"The stand-in for Stripe did not start (exit code {process.poll()}).")


@contextmanager
def launched(
    *,
    webhook: str | None = None,
    webhook_secrets: Sequence[str] = (),
    state: Path | None = None,
    extra: Sequence[str] = (),
) -> Iterator[StripeServer]:
    """A stand-in for as long as the block runs."""
    server = start(webhook=webhook, webhook_secrets=webhook_secrets, state=state, extra=extra)
    try:
        yield server
    finally:
        server.stop()

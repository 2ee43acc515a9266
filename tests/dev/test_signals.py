"""Being asked to end, again and again."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from scripts.ending import Signals
from scripts.places import ROOT

# Each stays until its input ends: an interpreter that is shutting down handles no signal.
SERVING = """
import sys
from scripts.ending import Signals
signals = Signals()
signals.listen()
print("listening", flush=True)
while not signals.wait(0.05):
    pass
print("asked", flush=True)
sys.stdin.read()
"""
STARTING = """
import sys, time
from scripts.ending import end_once
end_once()
try:
    print("listening", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    for _ in range(10):
        time.sleep(0.02)
    sys.stdin.read()
    print("cleaned up")
"""


@pytest.mark.parametrize(
    ("program", "output"),
    [(SERVING, "asked\n"), (STARTING, "cleaned up\n")],
    ids=["serving", "starting"],
)
def test_a_burst_of_signals_ends_it_once(program: str, output: str) -> None:
    """A handler that took a lock hung here: the second signal came while it held it."""
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            for _ in range(200):
                process.send_signal(signal.SIGTERM)
                process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=10)[0] == output
            assert process.returncode == 0


def test_only_a_later_signal_asks_for_an_end_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    signals = Signals()
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    signals._on_signal(signal.SIGTERM, None)
    signals._on_signal(signal.SIGTERM, None)
    assert (signals.asked, signals.at_once) == (True, False)
    now += 2.0
    signals._on_signal(signal.SIGINT, None)
    assert signals.at_once

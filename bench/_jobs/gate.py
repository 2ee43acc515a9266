"""Where workers wait for each other, so that all of them begin at once: a folder.

Each leaves a file when it is ready; the bench adds the one that opens the gate.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

OPEN = "open"
WAIT_SECONDS = 300


def wait(gate: Path) -> None:
    """Say that this process is ready and wait for the others. Raises TimeoutError."""
    (gate / str(os.getpid())).touch()
    until = time.monotonic() + WAIT_SECONDS
    while not (gate / OPEN).exists():
        if time.monotonic() > until:
            raise TimeoutError("the gate was not opened")
        time.sleep(0.01)

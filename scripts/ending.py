"""Being asked to end: by Ctrl-C, by SIGTERM, by a terminal that closes."""

from __future__ import annotations

import signal
import time
import types

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# What sends a signal to a whole process group reaches us twice when `make` passes it on as well.
SAME_S = 0.5


def end_once() -> None:
    """Let the first of these signals raise KeyboardInterrupt, and none disturb the cleaning up."""
    for number in ASKING:
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: types.FrameType | None) -> None:
    for other in ASKING:
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


class Signals:
    """The first signal asks for an end; another one, later, for an end at once."""

    def __init__(self) -> None:
        # Plain fields: a handler that takes a lock, as threading.Event does, deadlocks when another
        # signal comes while the first is being handled.
        self._asked_at = 0.0
        self.asked = False
        self.at_once = False

    def listen(self) -> None:
        """Take the signals from here on."""
        for number in ASKING:
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: types.FrameType | None) -> None:
        now = time.monotonic()
        if not self.asked:
            self._asked_at = now
        self.asked = True
        self.at_once = self.at_once or now - self._asked_at >= SAME_S

    def wait(self, seconds: float) -> bool:
        """Whether an end is asked for, now or within `seconds`."""
        if not self.asked:
            time.sleep(seconds)
        return self.asked

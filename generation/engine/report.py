"""What a running render tells the worker, and how it learns what is not wanted any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from generation.engine.channel import Channel
from generation.engine.errors import EngineFailure, RenderCanceled

MESSAGE_CHARACTERS_MAX = 2000
Canceled = set[tuple[int, int]]  # order and piece


class Report:
    """Where one order is, for the worker, and which of its pieces are still wanted."""

    def __init__(
        self, channel: Channel, order: int, pieces: Sequence[int], canceled: Canceled
    ) -> None:
        self._channel = channel
        self._order = order
        self._canceled = canceled
        self.at_work_on = pieces

    def wanted(self, piece: int) -> bool:
        """Whether someone still waits for this piece."""
        return (self._order, piece) not in self._canceled

    def stage(self, name: str, step: int = 0, of: int = 0) -> None:
        """Tell the worker. Raises RenderCanceled when nothing at work is wanted any more."""
        self.stop_if_canceled()
        self._channel.send({"event": "progress", "stage": name, "step": step, "of": of})

    def stop_if_canceled(self) -> None:
        """Raises RenderCanceled when none of the pieces at work is wanted any more."""
        if self.at_work_on and not any(map(self.wanted, self.at_work_on)):
            raise RenderCanceled

    def rendered(self, piece: int, facts: dict[str, Any], file: int) -> None:
        """A piece is ready; its frames are in the open file."""
        self._channel.send({"event": "rendered", "piece": piece, **facts}, file)

    def canceled(self, piece: int) -> None:
        """A piece was not made, because nobody wants it any more."""
        self._channel.send({"event": "canceled", "piece": piece})

    def failed(self, piece: int, failure: EngineFailure) -> None:
        """A piece cannot be made; the others of its order can."""
        self._channel.send({"event": "failed", "piece": piece, **_told(failure)})

    def done(self) -> None:
        """The order is over: every piece was answered."""
        self._channel.send({"event": "done"})

    def broken(self, failure: EngineFailure, *, fatal: bool) -> None:
        """The order is over, and no other piece of it will be answered."""
        self._channel.send({"event": "broken", "fatal": fatal, **_told(failure)})


def _told(failure: EngineFailure) -> dict[str, str]:
    return {"code": failure.code, "message": failure.message[:MESSAGE_CHARACTERS_MAX]}

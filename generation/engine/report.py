"""What a running render tells the worker, and how it learns that it is not wanted any more."""

from __future__ import annotations

from generation.engine.channel import Channel
from generation.engine.errors import RenderCanceled


class Report:
    """Where one render is, for the worker, and whether it is still wanted."""

    def __init__(self, channel: Channel, order: int, canceled: set[int]) -> None:
        self._channel = channel
        self._order = order
        self._canceled = canceled

    def stage(self, name: str, step: int = 0, of: int = 0) -> None:
        """Tell the worker. Raises RenderCanceled when the render is not wanted any more."""
        self.stop_if_canceled()
        self._channel.send({"event": "progress", "stage": name, "step": step, "of": of})

    def stop_if_canceled(self) -> None:
        """Raises RenderCanceled when the render is not wanted any more."""
        if self._order in self._canceled:
            raise RenderCanceled

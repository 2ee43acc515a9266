"""What became of each piece of an order, as the worker's side hears of it."""

from __future__ import annotations

import mmap
import os
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from generation.engine.channel import Message
from generation.engine.errors import ENGINE_ERROR, EngineFailure, RenderCanceled
from generation.engine.types import Outcome, Rendered, RenderSpec


class Batch:
    """The pieces of one order. The first answer for a piece stands."""

    def __init__(self, specs: Sequence[RenderSpec]) -> None:
        self.specs = specs
        self._outcomes: dict[int, Outcome] = {}

    @property
    def awaited(self) -> int:
        """Pieces without an outcome that somebody still waits for."""
        return len(self.specs) - len(self._outcomes)

    def drop(self, unwanted: Collection[int]) -> list[int]:
        """Note pieces as canceled; those of them that the child has yet to be told of."""
        dropped = [piece for piece in unwanted if piece not in self._outcomes]
        for piece in dropped:
            self._outcomes[piece] = RenderCanceled()
        return dropped

    def take(self, message: Message) -> None:
        """Note a piece that was rendered or failed. That one was canceled is known by `drop`."""
        if message["event"] == "rendered":
            if message["piece"] in self._outcomes:
                os.close(message["file"])
            else:
                self._outcomes[message["piece"]] = _rendered(self.specs[message["piece"]], message)
        elif message["event"] == "failed":
            failure = EngineFailure(message["code"], message["message"])
            self._outcomes.setdefault(message["piece"], failure)

    def outcomes(self, otherwise: EngineFailure) -> list[Outcome]:
        """What became of every piece; `otherwise` where no answer came."""
        return [self._outcomes.get(piece, otherwise) for piece in range(len(self.specs))]


def _rendered(spec: RenderSpec, message: Message) -> Rendered | EngineFailure:
    try:
        frames = _map_frames(message)
    except EngineFailure as failure:
        return failure
    return Rendered(
        frames=frames,
        fps=message["fps"],
        width=frames.shape[2],
        height=frames.shape[1],
        seconds_contract=spec.seconds,
        model=message["model"],
        revision=message["revision"],
        versions=message["versions"],
        render_seconds=message["render_seconds"],
        device=message["device"],
        rendered_with=message["rendered_with"],
        model_id=message["model_id"],
        camera=message["camera"],
    )


def _map_frames(message: Message) -> NDArray[np.uint8]:
    """Map the nameless file of a piece. Raises EngineFailure when it has another size."""
    shape: tuple[int, ...] = tuple(message["shape"])
    descriptor: int = message["file"]
    try:
        size = os.fstat(descriptor).st_size
        if len(shape) != 4 or shape[3] != 3 or min(shape) < 1 or size != int(np.prod(shape)):
            raise EngineFailure(ENGINE_ERROR, f"frames {shape} do not fit a file of {size} bytes")
        mapped = mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
    finally:
        os.close(descriptor)
    return np.frombuffer(mapped, np.uint8).reshape(shape)

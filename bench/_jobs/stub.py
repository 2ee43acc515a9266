"""An engine that takes its time and does no work: what is measured is everything around it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import numpy as np

from bench._jobs import gate
from generation.engine.types import Outcome, Progress, Rendered, RenderSpec

MILLISECONDS = int(os.environ.get("BENCH_RENDER_MS", "50"))
SIDE = 64


class StubEngine:
    """One picture a call, each after `MILLISECONDS`: as a GPU that is kept busy."""

    batch_max = 1
    prefix_frames = 0

    def warm(self, deadline: float | None = None) -> None:
        """There is nothing to load; but nobody begins before all are there."""
        if "BENCH_GATE" in os.environ:
            gate.wait(Path(os.environ["BENCH_GATE"]))

    def close(self) -> None:
        """There is nothing to end."""

    def render_batch(
        self,
        specs: Sequence[RenderSpec],
        on_progress: Callable[[Progress], None],
        unwanted: Callable[[], Collection[int]],
        deadline: float | None = None,
    ) -> list[Outcome]:
        """Grey squares."""
        time.sleep(MILLISECONDS / 1000 * len(specs))
        frames = np.full((1, SIDE, SIDE, 3), 127, np.uint8)
        return [
            Rendered(frames, 0, SIDE, SIDE, 0, "stub", "", {}, MILLISECONDS / 1000, "none", 1)
            for _ in specs
        ]

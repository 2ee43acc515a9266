"""Why a render gave no frames. The codes are those a failed job shows."""

from __future__ import annotations

OUT_OF_MEMORY = "INTERNAL.OOM"
WORKER_LOST = "INTERNAL.WORKER_LOST"
ENGINE_ERROR = "INTERNAL.ENGINE"
MODEL_UNFIT = "INTERNAL.MODEL"
RUN_TIMEOUT = "TIMEOUT.RUN"


class EngineFailure(Exception):
    """A render that failed. `code` is stable and public, `message` is for the operator's log."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class RenderCanceled(Exception):
    """A render that stopped because its caller asked; no frames exist."""

"""Which function answers which call. The paths are written as the Stripe library writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Handler = Callable[..., dict[str, Any]]
HANDLERS: dict[tuple[str, str], Handler] = {}


def answers(method: str, path: str) -> Callable[[Handler], Handler]:
    """The decorated function takes the world, the typed parameters and the ids in the path."""

    def register(handler: Handler) -> Handler:
        HANDLERS[method, path] = handler
        return handler

    return register

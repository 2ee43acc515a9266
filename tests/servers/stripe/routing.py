"""Which function answers which call. The paths are written as the Stripe library writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Function = Callable[..., dict[str, Any]]
PAGING = "limit starting_after ending_before"
PAGES = f"{PAGING} created"


@dataclass(frozen=True)
class Handler:
    """A function and the parameters it knows what to do with."""

    function: Function
    takes: frozenset[str]


HANDLERS: dict[tuple[str, str], Handler] = {}


def answers(method: str, path: str, takes: str = "") -> Callable[[Function], Function]:
    """The decorated function takes the world, the typed parameters and the ids in the path.

    A parameter that Stripe has and that is not among `takes` is refused rather than ignored.
    """

    def register(function: Function) -> Function:
        HANDLERS[method, path] = Handler(function, frozenset(takes.split()))
        return function

    return register

"""Runs the same thing many times at once, each in a thread with its own database connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections


def at_once(calls: Sequence[Callable[[], Any]], *, most: int = 100) -> list[Any]:
    """Start every call at the same moment, `most` at a time; what each returned or raised, in
    order. PostgreSQL has connections for about as many."""
    if len(calls) > most:
        return at_once(calls[:most]) + at_once(calls[most:], most=most)
    start = threading.Barrier(len(calls), timeout=30)

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))

"""`make run`, the whole of it: it heals, it ends, it leaves nothing, it finds its data again.

The tests share one Inkling, and the last one kills it.
"""

from __future__ import annotations

import os
import signal
import time
import urllib.request
from collections.abc import Iterator

import pytest

from scripts.processes import alive
from tests.dev.harness import (
    PATIENCE_S,
    Inkling,
    data_folder,
    eventually,
    free_port,
    running_inkling,
    start,
)

NAMES = (
    "web", "web worker", "gpu", "background", "clock", "payments", "guard", "postgres", "valkey",
)  # fmt: skip


def ready(inkling: Inkling) -> bool:
    """Whether the web server answers and has what it needs."""
    try:
        with urllib.request.urlopen(f"{inkling.url}/readyz", timeout=20) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def inkling() -> Iterator[Inkling]:
    """One Inkling for the tests of this module."""
    with running_inkling() as it:
        yield it


def test_it_announces_the_address_and_the_sign_ins(inkling: Inkling) -> None:
    assert inkling.said("user: user@inkling.example")
    assert inkling.said("operator: operator@inkling.example")
    eventually(lambda: ready(inkling))


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_process_comes_back(inkling: Inkling, name: str) -> None:
    eventually(lambda: bool(inkling.pids(name)))
    before = inkling.pids(name)
    os.kill(before[0], signal.SIGKILL)
    eventually(
        lambda: len(inkling.pids(name)) == len(before) and before[0] not in inkling.pids(name)
    )
    eventually(lambda: ready(inkling))


def test_a_second_run_is_refused_in_one_line(inkling: Inkling) -> None:
    second = start(inkling.places, free_port())
    assert second.process.wait(PATIENCE_S) == 1
    eventually(lambda: second.said("Inkling runs already: "))
    assert len(second.lines) == 1


def test_a_run_on_the_same_port_is_refused_in_one_line(inkling: Inkling) -> None:
    with data_folder() as other:
        second = start(other, inkling.port)
        assert second.process.wait(PATIENCE_S) == 1
        eventually(lambda: second.said(f"Port {inkling.port} on 127.0.0.1 is in use"))
        assert len(second.lines) == 1


def test_a_killed_run_leaves_nothing_and_the_next_one_ends_with_ctrl_c(inkling: Inkling) -> None:
    everything = inkling.everything()
    inkling.process.kill()
    following = start(inkling.places, inkling.port)
    following.wait_ready()
    assert not any(map(alive, everything))

    everything = following.everything()
    began = time.monotonic()
    assert following.stop(signal.SIGINT) == 0
    assert time.monotonic() - began < 10.0
    assert not any(map(alive, everything))

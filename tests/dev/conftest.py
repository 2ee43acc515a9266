"""A data folder and a guard for tests of the development command."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from scripts.guard import Guard, guarded
from scripts.places import Places
from tests.dev.harness import data_folder


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    """An empty data folder, the one that INKLING_HOME names."""
    with data_folder() as folder:
        monkeypatch.setenv("INKLING_HOME", str(folder.home))
        for name in ("DATABASE_URL", "REDIS_URL"):
            monkeypatch.delenv(name, raising=False)
        yield folder


@pytest.fixture
def guard(places: Places) -> Iterator[Guard]:
    """The guard of a run on that folder."""
    lock = os.open(places.run / "run.lock", os.O_RDWR | os.O_CREAT)
    try:
        with guarded(lock) as it:
            yield it
    finally:
        os.close(lock)

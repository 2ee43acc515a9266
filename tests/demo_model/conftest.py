"""A training in seconds, by its command; torch stays out of the test process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.conftest import run_module

TRAIN = ("--recipe", "tiny", "--threads", "1")


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a training leaves that nothing interrupted."""
    folder = tmp_path_factory.mktemp("training") / "whole"
    done = run_module("generation.demo_model.train", *TRAIN, "--folder", str(folder))
    assert done.returncode == 0, done.stderr
    assert "denoiser 6 " in done.stdout
    return folder


@pytest.fixture(scope="session")
def exported(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint folder of that training."""
    folder = tmp_path_factory.mktemp("exported") / "demo"
    arguments = ("--recipe", "tiny", "--training", str(trained), "--unscored", str(folder))
    done = run_module("generation.demo_model.export", *arguments)
    assert done.returncode == 0, done.stderr
    return folder

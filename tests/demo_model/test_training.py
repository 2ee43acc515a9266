"""Training and export: resumable after a kill, small enough, loaded like any checkpoint."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from generation.engine.process import ChildEngine
from generation.engine.types import RenderSpec
from tests.demo_model.conftest import TRAIN
from tests.engine.conftest import ROOT, config_of, render, run_module

# Minutes of training: for who changes it, and before weights are committed.
pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(
        os.environ.get("TEST_TRAINING") != "yes", reason="trains for minutes: TEST_TRAINING=yes"
    ),
]


def facts(*arguments: str) -> dict[str, Any]:
    told = run_module("tests.demo_model.facts", *arguments)
    assert told.returncode == 0, told.stderr
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def test_a_killed_training_goes_on_as_if_nothing_had_happened(
    trained: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "killed"
    command = [sys.executable, "-m", "generation.demo_model.train", *TRAIN, "--folder", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while " autoencoder 2 " not in process.stdout.readline():
            assert process.poll() is None
        process.kill()
    assert process.returncode == -signal.SIGKILL
    resumed = run_module("generation.demo_model.train", *TRAIN, "--folder", str(folder))
    assert resumed.returncode == 0, resumed.stderr
    assert " autoencoder 2 " not in resumed.stdout
    differences = facts("states", str(trained), str(folder))
    assert {"autoencoder.pt", "decoder.pt", "denoiser.pt"} < set(differences)
    assert set(differences.values()) == {0.0}


def test_a_stage_waits_for_the_one_before_it(tmp_path: Path) -> None:
    early = run_module("generation.demo_model.train", *TRAIN, "--folder", str(tmp_path), "denoiser")
    assert early.returncode == 1
    assert "no latents of clips" in early.stderr
    assert "Traceback" not in early.stderr


def test_two_workers_train_one_model(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(
        trained, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("denoiser.pt")
    )
    command = ("generation.demo_model.train", *TRAIN, "--folder", str(tmp_path), "denoiser")
    done = run_module(*command, "--workers", "2", "--until", "4")
    assert done.returncode == 0, done.stderr
    assert [line.split()[2] for line in done.stdout.splitlines()] == ["2", "4"]
    # One worker goes on from what two have learned; alone it would have learned something else.
    assert run_module(*command, "--until", "6").returncode == 0
    assert facts("states", str(trained), str(tmp_path))["denoiser.pt"] > 0


def test_the_full_model_is_small_and_takes_known_words_whole() -> None:
    found = facts("networks")
    assert 9e6 < found["bytes"] < 20e6
    assert found["shortcut"] < 1e-5
    assert found["known"] == ["▁a", "▁red", "▁ring", "▁,", "▁camera", "▁pans", "▁left"]
    assert found["typed"] == found["caption"]
    assert found["unknown"] == ["▁", "z", "e", "b", "r", "a"]


def test_an_export_is_half_precision_and_brings_its_card(exported: Path) -> None:
    for path in exported.rglob("*.safetensors"):
        header = path.read_bytes()[8 : 8 + int.from_bytes(path.read_bytes()[:8], "little")]
        kinds = {entry["dtype"] for entry in json.loads(header).values() if "dtype" in entry}
        assert kinds == {"F16"}
    card = (exported / "README.md").read_text()
    assert "A demonstration model" in card
    assert "Not measured." in card
    again = run_module("generation.demo_model.export", str(exported))
    assert again.returncode == 1
    assert "Traceback" not in again.stderr


def test_the_engine_makes_pictures_and_clips_with_an_export(exported: Path, tmp_path: Path) -> None:
    with ChildEngine(config_of(exported, tmp_path / "scratch")) as engine:
        picture = render(engine, RenderSpec("image", "a red ring", seed=4))
        again = render(engine, RenderSpec("image", "a red ring", seed=4))
        clip = render(engine, RenderSpec("video", "a red ring moving left", seconds=5))
    assert picture.frames.shape == (1, 512, 512, 3)
    assert (picture.frames == again.frames).all()
    assert clip.frames.shape == (21, 512, 512, 3)
    assert clip.fps == 4

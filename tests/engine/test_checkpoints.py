"""Which checkpoints are taken, and which are refused."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from generation.engine.errors import ENGINE_ERROR, MODEL_UNFIT, EngineFailure
from generation.engine.process import ChildEngine
from generation.engine.types import RenderSpec
from tests.engine.conftest import config_of, render, run_module

pytestmark = pytest.mark.engine

PICTURE = RenderSpec("image", "a red boat", seed=3)
CLIP = RenderSpec("video", "a red boat", seconds=1)
COMMIT = "c0ffee" * 6 + "beef"


class Payload:
    """Unpickling it makes a folder: what a hostile checkpoint would do, and worse."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.mark),)


def refusal(engine: ChildEngine, spec: RenderSpec) -> str:
    with pytest.raises(EngineFailure) as failure:
        render(engine, spec)
    assert failure.value.code == ENGINE_ERROR
    return failure.value.message


def test_neither_pickles_nor_code_of_a_checkpoint_are_run(
    demo_folder: Path, tmp_path: Path
) -> None:
    mark = tmp_path / "executed"
    pickled, scripted = tmp_path / "pickled", tmp_path / "scripted"
    shutil.copytree(demo_folder, pickled)
    (pickled / "transformer" / "diffusion_pytorch_model.safetensors").unlink()
    (pickled / "transformer" / "diffusion_pytorch_model.bin").write_bytes(
        pickle.dumps(Payload(mark))
    )
    shutil.copytree(demo_folder, scripted)
    index = json.loads((scripted / "model_index.json").read_text())
    index["_class_name"] = ["pipeline", "Scripted"]
    (scripted / "model_index.json").write_text(json.dumps(index))
    (scripted / "pipeline.py").write_text(f"import os\nos.mkdir({str(mark)!r})\n")

    config = config_of(pickled, tmp_path / "scratch", video_model=str(scripted))
    with ChildEngine(config) as engine:
        assert "safetensors" in refusal(engine, PICTURE)
        assert "trust_remote_code" in refusal(engine, CLIP)
    assert not mark.exists()


def test_a_repository_at_its_commit_is_found_offline(
    demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: ChildEngine
) -> None:
    cache = tmp_path / "hub"
    shutil.copytree(demo_folder, cache / "models--acme--ink" / "snapshots" / COMMIT)
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    config = config_of(
        demo_folder,
        tmp_path / "scratch",
        image_model="acme/ink",
        image_revision=COMMIT,
        video_model="acme/ink",
        video_revision=None,
    )
    with ChildEngine(config) as hub_engine:
        picture = render(hub_engine, PICTURE)
        assert "40 hex digits" in refusal(hub_engine, CLIP)  # a branch may move
    assert (picture.model, picture.revision) == ("acme/ink", COMMIT)
    assert np.array_equal(picture.frames, render(engine, PICTURE).frames)


def test_a_plain_picture_checkpoint_makes_pictures_and_no_clips(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    built = run_module("tests.engine.plain_checkpoint", str(folder))
    assert built.returncode == 0, built.stderr
    with ChildEngine(config_of(folder, tmp_path / "scratch")) as engine:
        spec = RenderSpec("image", "a red boat", seed=1, width=100, height=66, steps=4)
        picture = render(engine, spec)
        assert picture.frames.shape == (1, 66, 100, 3)
        assert np.array_equal(picture.frames, render(engine, spec).frames)
        with pytest.raises(EngineFailure, match="no model can do: video") as failure:
            render(engine, CLIP)
        assert failure.value.code == MODEL_UNFIT


def test_both_kinds_of_one_checkpoint_share_its_weights(demo_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(demo_folder, folder)
    with ChildEngine(config_of(folder, tmp_path / "scratch")) as engine:
        render(engine, PICTURE)
        shutil.rmtree(folder)  # whatever is not loaded by now never will be
        assert len(render(engine, CLIP).frames) == 9


def test_the_demo_checkpoint_is_built_once_and_the_same_every_time(
    demo_folder: Path, tmp_path: Path
) -> None:
    again = run_module("generation.engine.demo_checkpoint", str(demo_folder))
    assert again.stdout.startswith("demo checkpoint found")
    stale = tmp_path / "demo"
    stale.mkdir()
    (stale / "model_index.json").write_text("{}")
    rebuilt = run_module("generation.engine.demo_checkpoint", str(stale))
    assert rebuilt.stdout.startswith("demo checkpoint built")
    assert rebuilt.stdout.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"demo"}
    for path in demo_folder.rglob("*.safetensors"):
        assert path.read_bytes() == (stale / path.relative_to(demo_folder)).read_bytes()


def test_pull_wants_a_commit(tmp_path: Path) -> None:
    refused = run_module("generation.engine.pull", "acme/ink", "main")
    assert refused.returncode == 1
    assert "40 hex digits" in refused.stderr

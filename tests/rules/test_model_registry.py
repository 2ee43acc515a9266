"""What a registry of models may say, and what is read out of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from generation.known_models import of_two
from generation.model_registry import (
    ABILITIES,
    Memory,
    Model,
    RegistryError,
    from_json,
    read,
    to_json,
)

COMMIT = "c0ffee" * 6 + "beef"
WHOLE = f"""
[[model]]
id = "clips"
source = "acme/ink-video"
revision = "{COMMIT}"
dtype = "bfloat16"
serves = ["video", "first_frame", "prefix"]
pixels_max = 921600
seconds_max = 10
seconds_native = 5
pieces_max = 1
prefix_frames = 25
vram_mb = 23000
gpu_hour_minor = 295
currency = "USD"
licence = "Apache-2.0"
camera = "lora"
loras = {{ "pan+" = "/loras/right.safetensors@0.8" }}
memory = {{ offload = "group", quantised = "float8", step_cache = "first_block" }}

[[model]]
id = "far"
remote = "https://gpu.example/v1"
remote_model = "ink-2"
key_env = "FAR_KEY"
serves = ["image", "video"]
commercial = false
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "models.toml"
    path.write_text(text)
    return path


def test_everything_that_can_be_said_is_read(tmp_path: Path) -> None:
    registry = read(written(tmp_path, WHOLE))
    clips, far = registry.models
    assert (clips.revision, clips.prefix_frames, clips.gpu_hour_minor) == (COMMIT, 25, 295)
    assert clips.memory == Memory(offload="group", quantised="float8", step_cache="first_block")
    assert clips.loras == {"pan+": "/loras/right.safetensors@0.8"}
    assert (far.remote, far.commercial) == ("https://gpu.example/v1", False)
    assert from_json(json.loads(json.dumps(to_json(registry)))) == registry


def test_who_does_what(tmp_path: Path) -> None:
    registry = read(written(tmp_path, WHOLE))
    for needs, model in (
        ({"image"}, "far"),
        ({"video"}, "clips"),
        ({"video", "first_frame"}, "clips"),
        ({"video", "prefix"}, "clips"),
        ({"video", "first_frame", "last_frame"}, None),
    ):
        chosen = registry.default_for(needs)
        assert (chosen and chosen.id) == model
    assert registry.choose({"video"}, "far") == registry.get("far")
    assert registry.choose({"video", "prefix"}, "far") is None
    assert registry.choose({"image"}, "unknown") is None


def test_a_model_that_needs_a_picture_makes_no_clip_of_words_alone() -> None:
    model = Model("i2v", "/m", serves=("first_frame",))
    assert model.can({"video", "first_frame"})
    assert not model.can({"video"})


def test_a_refusal_says_why(tmp_path: Path) -> None:
    clips = read(written(tmp_path, WHOLE)).models[0]
    assert clips.refusal({"video"}, pixels=1280 * 720, seconds=10) == ""
    assert "last_frame" in clips.refusal({"video", "first_frame", "last_frame"})
    assert "921600" in clips.refusal({"video"}, pixels=1280 * 721)
    assert "10 seconds" in clips.refusal({"video"}, seconds=11)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ('id = "clips"', 'id = "Clips!"', "its id must be"),
        ('id = "clips"', 'id = "far"', "twice"),
        ('id = "clips"\n', "", "needs an id"),
        (f'revision = "{COMMIT}"\n', "", "40 hex digits"),
        (COMMIT, "main", "40 hex digits"),
        ('source = "acme/ink-video"', 'source = "../nowhere/x"', "no folder"),
        ('source = "acme/ink-video"\n', "", "either a source or a remote"),
        ("https://gpu.example/v1", "gpu.example", "https://"),
        ('"video", "first_frame", "prefix"', '"video", "music"', "serves must name"),
        ('"video", "first_frame", "prefix"', '"video", "last_frame"', "needs first_frame"),
        ("prefix_frames = 25\n", "", "prefix_frames must be above 0"),
        ("gpu_hour_minor = 295", "gpu_hour_minor = 2.95", "must be int"),
        ("gpu_hour_minor = 295", "gpu_hour_minor = true", "must be int"),
        ("vram_mb = 23000", "vram_mb = -1", "below 0"),
        ("seconds_native = 5", "seconds_native = 0", "at least 1"),
        ('currency = "USD"\n', "", "currency"),
        ('"bfloat16"', '"int4"', "dtype must be one of"),
        ('"group"', '"moon"', "offload must be one of"),
        ('camera = "lora"', 'camera = "drone"', "camera must be one of"),
        ("vram_mb", "vram_gb", "no field 'vram_gb'"),
        ("[[model]]", "[[models]]", "and nothing else"),
        ("[[model]]", "[[model", "cannot be read"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name(
    tmp_path: Path, before: str, after: str, why: str
) -> None:
    assert before in WHOLE
    with pytest.raises(RegistryError, match=why):
        read(written(tmp_path, WHOLE.replace(before, after, 1)))


def test_a_folder_is_found_from_where_the_file_lies(tmp_path: Path) -> None:
    (tmp_path / "ink").mkdir()
    text = '[[model]]\nid = "ink"\nsource = "ink"\nserves = ["image"]\n'
    assert read(written(tmp_path, text)).models[0].source == str(tmp_path / "ink")


def checkpoint(folder: Path, name: str, **values: object) -> str:
    folder.mkdir()
    (folder / "model_index.json").write_text(json.dumps({"_class_name": name, **values}))
    return str(folder)


def test_two_settings_are_known_by_their_classes(tmp_path: Path) -> None:
    ltx = checkpoint(tmp_path / "ltx", "LTXConditionPipeline")
    small = checkpoint(tmp_path / "wan", "WanPipeline", expand_timesteps=True)
    plain = checkpoint(tmp_path / "sd", "StableDiffusionPipeline")
    [one] = of_two(ltx, None, ltx, None).models
    assert (one.serves, one.prefix_frames) == (ABILITIES, 9)
    pictures, clips = of_two(plain, None, small, None).models
    assert pictures.serves == ("image",)
    assert (clips.serves, clips.prefix_frames) == (("video", "first_frame", "prefix"), 1)
    assert of_two(plain, None, plain, None).default_for({"video"}) is None
    # Not on this machine: no more than its setting says.
    elsewhere = of_two("acme/a", COMMIT, "acme/b", COMMIT)
    assert [model.serves for model in elsewhere.models] == [("image",), ("video",)]
    # Not built yet, and known all the same.
    [demo] = of_two("/not/there", None, "/not/there", None, demo="/not/there").models
    assert demo.serves == ABILITIES


def test_reading_it_loads_no_torch_and_no_django() -> None:
    program = (
        "import sys, generation.model_registry, generation.known_models;"
        "heavy = {'torch', 'diffusers', 'numpy', 'django'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=True)

"""What bodies may say, field by field: what it means here, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.errors import InvalidRequest
from generation.kling.calls import CALLS, EXTEND, IMAGE2VIDEO, IMAGES, TEXT2VIDEO, Call, read_call
from generation.kling.camera import camera_of
from generation.kling.codes import KlingRefused
from generation.kling.fields import Linked
from generation.kling_units import quantity, units
from generation.requests import read_request
from generation.types import BadParam

MODELS = ("kling-v1", "kling-v1-6")
LEAST: dict[str, dict[str, Any]] = {
    "videos/text2video": {"prompt": "a fox"},
    "videos/image2video": {"image": "aGk="},
    "videos/video-extend": {"video_id": "x"},
    "videos/effects": {"effect_scene": "hug", "input": {}},
    "images/generations": {"prompt": "a fox"},
}


def read(call: Call, **body: Any) -> dict[str, object]:
    return read_call(call, {**LEAST[call.path], **body}, models=MODELS).params


def faults(call: Call, **body: Any) -> dict[str, str]:
    """The fields at fault, also those our own parameters find."""
    try:
        params = read(call, **body)
        read_request(call.kind, params)
    except InvalidRequest as refusal:
        return refusal.fields
    return {}


def test_defaults_are_theirs() -> None:
    assert read(TEXT2VIDEO) == {"prompt": "a fox", "aspect_ratio": "16:9"}
    assert read(IMAGES) == {"prompt": "a fox", "aspect_ratio": "16:9", "resolution": "1k"}
    assert read(IMAGE2VIDEO) == {"image": "aGk="}
    # Said or not, it is the same request.
    said = read(TEXT2VIDEO, model_name="kling-v1", mode="std", duration="5", cfg_scale=0.5,
                aspect_ratio="16:9", sound="off", watermark_info={"enabled": False},
                negative_prompt=None)  # fmt: skip
    least = read_request("video", read(TEXT2VIDEO))
    assert read_request("video", said).digest() == least.digest()


@pytest.mark.parametrize(
    ("field", "value", "meaning"),
    [
        ("mode", "pro", {"quality": "high"}),
        ("duration", "10", {"duration": 10}),
        ("cfg_scale", 0, {"guidance": 1.0}),
        ("cfg_scale", 1, {"guidance": 9.0}),
        ("cfg_scale", 0.7, {"guidance": 6.6}),
        ("model_name", "kling-v1-6", {}),
        ("camera_control", {"type": "down_back"}, {"camera": {"move": "down_back"}}),
        ("external_task_id", "", {}),
    ],
)
def test_what_a_field_means(field: str, value: Any, meaning: dict[str, object]) -> None:
    assert read(TEXT2VIDEO, **{field: value}) == read(TEXT2VIDEO) | meaning


@pytest.mark.parametrize(
    ("call", "field", "value"),
    [
        (TEXT2VIDEO, "duration", 5),  # a number that looks like a length is none
        (TEXT2VIDEO, "duration", "6"),
        (TEXT2VIDEO, "mode", "master"),
        (TEXT2VIDEO, "mode", ["std"]),
        (TEXT2VIDEO, "cfg_scale", "0.5"),
        (TEXT2VIDEO, "cfg_scale", True),
        (TEXT2VIDEO, "cfg_scale", 1.01),
        (TEXT2VIDEO, "aspect_ratio", "4:3"),
        (TEXT2VIDEO, "prompt", "x" * 2501),
        (TEXT2VIDEO, "prompt", 5),
        (TEXT2VIDEO, "negative_prompt", "x" * 2501),
        (TEXT2VIDEO, "sound", "on"),
        (TEXT2VIDEO, "image", "aGk="),
        (TEXT2VIDEO, "watermark_info", {"enabled": True}),
        (TEXT2VIDEO, "watermark_info", {"enabled": "no"}),
        (TEXT2VIDEO, "watermark_info", [1]),
        (TEXT2VIDEO, "external_task_id", 7),
        (TEXT2VIDEO, "external_task_id", "x" * 201),
        (TEXT2VIDEO, "external_task_id", "a\nb"),
        (TEXT2VIDEO, "external_task_id", "\ud800"),
        (TEXT2VIDEO, "seed", 7),
        (IMAGE2VIDEO, "aspect_ratio", "16:9"),
        (IMAGE2VIDEO, "image", "data:image/png;base64,aGk="),
        (IMAGE2VIDEO, "image", "not base64!"),
        (IMAGE2VIDEO, "image", ""),
        (IMAGE2VIDEO, "static_mask", "aGk="),
        (IMAGE2VIDEO, "dynamic_masks", []),
        (IMAGE2VIDEO, "voice_list", []),
        (EXTEND, "mode", "pro"),
        (EXTEND, "model_name", "kling-v1"),
        (EXTEND, "camera_control", {"type": "down_back"}),
        (IMAGES, "n", "1"),
        (IMAGES, "n", 1.0),
        (IMAGES, "n", 0),
        (IMAGES, "n", 10),
        (IMAGES, "resolution", "4k"),
        (IMAGES, "aspect_ratio", "5:4"),
        (IMAGES, "image", "aGk="),
        (IMAGES, "image_reference", "face"),
        (IMAGES, "human_fidelity", 2),
    ],
)
def test_what_is_refused(call: Call, field: str, value: Any) -> None:
    assert {name.removeprefix("params.") for name in faults(call, **{field: value})} == {field}


def test_a_camera_and_a_last_frame_do_not_go_together() -> None:
    both = {"image_tail": "aGk=", "camera_control": {"type": "forward_up"}}
    assert list(faults(IMAGE2VIDEO, **both)) == ["params.camera"]


def test_fidelity_without_a_picture_says_nothing() -> None:
    assert read(IMAGES, image_fidelity=0.5, human_fidelity=0.45) == read(IMAGES)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_call(TEXT2VIDEO, {"promt": "a fox", "mode": "x"}, models=MODELS)
    assert list(refused.value.fields) == ["promt", "mode", "prompt"]


@pytest.mark.parametrize("body", [None, [], "x", 5])
def test_a_body_that_is_no_object(body: object) -> None:
    for call in CALLS:
        with pytest.raises(KlingRefused) as refused:
            read_call(call, body, models=MODELS)
        assert refused.value.code == 1200


def test_a_model_that_is_not_here() -> None:
    with pytest.raises(KlingRefused) as refused:
        read(TEXT2VIDEO, model_name="kling-v9")
    assert refused.value.code == 1203
    assert "kling-v1-6" in refused.value.message


def test_a_picture_at_an_address_is_still_to_be_fetched() -> None:
    assert read(IMAGE2VIDEO, image="HTTPS://x.example/a.png")["image"] == Linked(
        "HTTPS://x.example/a.png"
    )


SIX = dict.fromkeys(("horizontal", "vertical", "pan", "tilt", "roll", "zoom"), 0)


@pytest.mark.parametrize(
    ("control", "camera"),
    [
        ({"type": "simple", "config": {"pan": -10}}, {"pan": -10}),
        ({"type": "simple", "config": {**SIX, "tilt": 4.0}}, {"tilt": 4}),
        # Above 0 their zoom shows more, ours comes nearer.
        ({"type": "simple", "config": {"zoom": 3}}, {"zoom": -3}),
        ({"type": "forward_up", "config": SIX}, {"move": "forward_up"}),
        ({"type": "right_turn_forward", "config": None}, {"move": "right_turn_forward"}),
    ],
)
def test_cameras(control: Any, camera: dict[str, object]) -> None:
    assert camera_of(control) == camera


@pytest.mark.parametrize(
    "control",
    [
        "simple",
        {},
        {"type": "fly"},
        {"type": ["simple"], "config": {"pan": 1}},
        {"type": "simple"},
        {"type": "simple", "config": SIX},
        {"type": "simple", "config": {"pan": 1, "zoom": 1}},
        {"type": "simple", "config": {"pan": 11}},
        {"type": "simple", "config": {"pan": 0.5}},
        {"type": "simple", "config": {"pan": "1"}},
        {"type": "simple", "config": {"pan": True}},
        {"type": "simple", "config": {"yaw": 1}},
        {"type": "simple", "config": [1]},
        {"type": "down_back", "config": {"pan": 1}},
        {"type": "down_back", "speed": 1},
    ],
)
def test_cameras_that_are_none(control: Any) -> None:
    with pytest.raises(BadParam):
        camera_of(control)


@pytest.mark.parametrize(
    ("amount_cp", "text"), [(0, "0"), (20, "0.2"), (25, "0.25"), (1000, "10"), (350, "3.5")]
)
def test_points_as_units(amount_cp: int, text: str) -> None:
    assert (units(amount_cp), quantity(amount_cp)) == (text, float(text))

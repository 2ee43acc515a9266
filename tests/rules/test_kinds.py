"""What each kind may be told, and which field is at fault when it is told something else."""

import base64
import hashlib
from datetime import timedelta
from uuid import UUID

import pytest

from accounts.errors import InvalidRequest
from billing import launch
from billing.types import Entitlements
from generation import perks, sizes
from generation.kinds.camera import AXES, MOVES, amounts
from generation.kinds.table import KINDS
from generation.kinds.words import words_of
from generation.requests import read_request
from generation.types import KeptPicture, SentPicture

ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
B64 = base64.b64encode(b"a picture").decode()
LEAST = {
    "image": {"prompt": "a fox"},
    "video": {"prompt": "a fox"},
    "image_to_video": {"image": ID},
    "extension": {"video": ID},
}
CLIPS = ["video", "image_to_video", "extension"]


def faults(kind: str, **params: object) -> set[str]:
    with pytest.raises(InvalidRequest) as refused:
        read_request(kind, LEAST[kind] | params)
    return set(refused.value.fields)


@pytest.mark.parametrize("kind", LEAST)
def test_the_least_that_can_be_said(kind: str) -> None:
    read = read_request(kind, LEAST[kind])
    assert set(read.values) == set(LEAST[kind])
    required = {f"params.{name}" for name in KINDS[kind].required}
    with pytest.raises(InvalidRequest) as refused:
        read_request(kind, {})
    assert set(refused.value.fields) == required
    assert read_request(kind, {}, whole=False).values == {}


@pytest.mark.parametrize("kind", LEAST)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("guidance", 0),
        ("guidance", 21),
        ("guidance", "7"),
        ("guidance", True),
        ("guidance", float("nan")),
        ("lane", "fast"),
        ("lane", 1),
        ("n", 0),
        ("n", True),
        ("negative_prompt", "x" * 2501),
        ("sead", 1),
    ],
)
def test_what_every_kind_refuses(kind: str, name: str, value: object) -> None:
    assert faults(kind, **{name: value}) == {f"params.{name}"}


@pytest.mark.parametrize("kind", CLIPS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("duration", 7),
        ("duration", "5"),
        ("duration", 5.0),
        ("duration", True),
        ("quality", "best"),
        ("quality", ["high"]),
        ("n", 2),
        ("resolution", "1k"),
        ("camera", "forward"),
        ("camera", {"zoom": 11}),
        ("camera", {"zoom": 1.0}),
        ("camera", {"zoom": True}),
        ("camera", {"dolly": 1}),
        ("camera", {"move": "sideways"}),
        ("camera", {"move": ["forward_up"]}),
        ("camera", {"move": "forward_up", "zoom": 3}),
    ],
)
def test_what_every_clip_refuses(kind: str, name: str, value: object) -> None:
    assert faults(kind, **{name: value}) == {f"params.{name}"}


def test_what_belongs_to_other_kinds_is_refused() -> None:
    assert faults("image", duration=5, quality="high", camera={"zoom": 1}) == {
        "params.duration",
        "params.quality",
        "params.camera",
    }
    assert faults("video", image=ID, video=ID) == {"params.image", "params.video"}
    assert faults("video", aspect_ratio="4:3") == {"params.aspect_ratio"}
    assert faults("image_to_video", aspect_ratio="1:1") == {"params.aspect_ratio"}
    assert faults("image", resolution="4k", aspect_ratio="5:1") == {
        "params.resolution",
        "params.aspect_ratio",
    }


def test_saying_what_holds_anyway_is_the_same_request() -> None:
    plain = read_request("video", {"prompt": "a fox"})
    said = {
        "prompt": " a fox ",
        "duration": 5,
        "quality": "standard",
        "n": 1,
        "camera": {axis: 0 for axis in AXES},
        "guidance": None,
    }
    assert read_request("video", said).digest() == plain.digest()
    before = b'{"kind": "video", "negative_prompt": "", "prompt": "a fox", "seed": null}'
    assert plain.digest() == hashlib.sha256(before).digest()
    for more in ({"duration": 10}, {"quality": "high"}, {"camera": {"pan": 1}}, {"guidance": 3}):
        assert read_request("video", LEAST["video"] | more).digest() != plain.digest()


def test_pictures_are_ids_or_base64() -> None:
    kept = read_request("image_to_video", {"image": ID})
    assert list(kept.pictures()) == [("image", KeptPicture(UUID(ID)))]
    for text in (B64, f"data:image/jpeg;base64,{B64}", f"{B64[:4]}\n{B64[4:]}"):
        sent = read_request("image_to_video", {"image": text, "image_tail": ID})
        assert dict(sent.pictures())["image"] == SentPicture(b"a picture")
        assert sent.params()["image"] == f"sha256:{hashlib.sha256(b'a picture').hexdigest()}"
    placed = sent.with_pictures({"image": UUID(int=1)})
    assert placed.params() == {"image": str(UUID(int=1)), "image_tail": ID}


@pytest.mark.parametrize("image", ["", "   ", "http://example.com/fox.png", "é", 3, [ID], "data:,"])
def test_bad_pictures(image: object) -> None:
    assert faults("image_to_video", image=image) == {"params.image"}


@pytest.mark.parametrize("video", ["", "x", 3, "6f9619ff8b864d01b42d00cf4fc964ff"])
def test_bad_clips(video: object) -> None:
    assert faults("extension", video=video) == {"params.video"}


def test_the_last_frame_and_a_camera_exclude_each_other() -> None:
    assert faults("image_to_video", image_tail=ID, camera={"zoom": 1}) == {"params.camera"}


def test_master_moves_are_moves_on_the_axes() -> None:
    assert set(MOVES) == {"down_back", "forward_up", "right_turn_forward", "left_turn_forward"}
    for move in MOVES:
        read = read_request("video", LEAST["video"] | {"camera": {"move": move}})
        assert read.params()["camera"] == {"move": move}
        assert amounts(read.values["camera"])
    left, right = amounts({"move": "left_turn_forward"}), amounts({"move": "right_turn_forward"})
    assert left["pan"] == -right["pan"] < 0 < left["zoom"] == right["zoom"]
    read = read_request("video", LEAST["video"] | {"camera": {"zoom": -10, "pan": 0}})
    assert amounts(read.values["camera"]) == {"zoom": -10}
    assert amounts(None) == {}


def test_deadlines_follow_length_and_quality() -> None:
    def deadline(**more: object) -> timedelta:
        return read_request("video", LEAST["video"] | more).deadline

    assert deadline() == timedelta(minutes=15)
    assert deadline(duration=10) == timedelta(minutes=30)
    assert deadline(duration=10, quality="high") == timedelta(minutes=60)


@pytest.mark.parametrize("ratio", ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9"])
def test_sizes_have_their_ratio_exactly(ratio: str) -> None:
    across, down = (int(part) for part in ratio.split(":"))
    small, large = sizes.picture_size(ratio, "1k"), sizes.picture_size(ratio, "2k")
    assert small is not None
    assert large == (small[0] * 2, small[1] * 2)
    assert small[0] * down == small[1] * across
    assert small[0] % 2 == small[1] % 2 == 0
    assert 0.85 * 1024**2 < small[0] * small[1] <= 1024**2


def test_sizes_of_clips() -> None:
    assert sizes.clip_size("16:9") == (1280, 720)
    assert sizes.clip_size("9:16") == (720, 1280)
    assert sizes.clip_size(None) is None
    assert sizes.picture_size(None, None) is None
    assert sizes.picture_size(None, "2k") == (2048, 2048)
    width, height = sizes.like(401, 300)
    assert width % 2 == height % 2 == 0
    assert abs(width / height - 401 / 300) < 0.01
    assert width * height <= 1280 * 720


@pytest.mark.parametrize(
    ("kind", "more", "perk"),
    [
        ("extension", {}, "extension"),
        ("video", {"camera": {"zoom": 1}}, "camera"),
        ("video", {"quality": "high"}, "high_quality"),
        ("image", {"lane": "relaxed"}, "relaxed_lane"),
        ("image", {"n": 9, "resolution": "2k"}, None),
        ("video", {"duration": 10}, None),
        ("image_to_video", {"image_tail": ID}, None),
    ],
)
def test_what_the_free_plan_lacks(kind: str, more: dict[str, object], perk: str | None) -> None:
    request = read_request(kind, LEAST[kind] | more)
    found = perks.lacking(request, launch.FREE_PLAN.entitlements())
    assert (found and found[0]) == perk
    diamond = launch.CATALOGUES[0].plans[-1].entitlements()
    assert perks.lacking(request, diamond) is None


def test_an_unknown_perk_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        Entitlements(plan="x", slots=1, lane="fast", brand_mark_removable=False).has("magic")


def test_only_words_are_judged_as_words() -> None:
    clip = read_request(
        "image_to_video",
        {"image": ID, "prompt": "it waves", "negative_prompt": "fog", "quality": "high"},
    )
    assert words_of(clip) == {"params.prompt": "it waves", "params.negative_prompt": "fog"}
    pieces = read_request(
        "creative",
        {"image": ID, "lines": ["Half price", "Today"], "aspect_ratio": "1:1", "campaign": ID},
    )
    assert words_of(pieces) == {"params.lines.0": "Half price", "params.lines.1": "Today"}
    effect = read_request("effect", {"template": "hug", "inputs": {"left": ID, "right": ID}})
    assert words_of(effect) == {}

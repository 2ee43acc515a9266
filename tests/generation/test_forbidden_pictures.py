"""Forbidden pictures: copies are known, others are not; uploads are refused, free."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from accounts.errors import InvalidRequest
from accounts.models import User
from generation.errors import ModerationBlocked
from generation.models import BlockedPicture, Strike, Upload, Verdict
from generation.moderation.hashes import HashList, hash_of, hashes_of, read_hashes
from generation.services import blocked_pictures, uploads
from generation.services.appeals import appeal, decide
from tests.jobs_by_hand import NOON


def drawn(seed: int) -> Image.Image:
    """A busy picture, another one for each seed."""
    random = np.random.default_rng(seed)
    sky = random.integers(0, 255, (8, 8, 3), dtype=np.uint8)
    picture = Image.fromarray(sky).resize((640, 480), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(25):
        x, y, width = (int(one) for one in random.integers((0, 0, 20), (600, 440, 200)))
        color = tuple(int(one) for one in random.integers(0, 255, 3))
        draw.ellipse((x, y, x + width, y + width // 2), fill=color)
    return picture


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def jpeg(picture: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file)


def cut(picture: Image.Image, percent: int) -> Image.Image:
    """A part cut off each side."""
    x, y = picture.width * percent // 100, picture.height * percent // 100
    return picture.crop((x, y, picture.width - x, picture.height - y))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "jpeg 50": lambda one: jpeg(one, 50),
    "jpeg 20": lambda one: jpeg(one, 20),
    "half": lambda one: one.resize((one.width // 2, one.height // 2)),
    "twice": lambda one: one.resize((one.width * 2, one.height * 2)),
    "squeezed": lambda one: one.resize((500, 500)),
    "one percent off each side": lambda one: cut(one, 1),
    "grey": lambda one: one.convert("L"),
    "blurred": lambda one: one.filter(ImageFilter.GaussianBlur(2)),
    "brighter": lambda one: one.point(lambda level: min(255, level * 6 // 5)),
    "mirrored": lambda one: one.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "upside down": lambda one: one.transpose(Image.Transpose.ROTATE_180),
    "on its side": lambda one: one.transpose(Image.Transpose.ROTATE_90),
}


def pixels(picture: Image.Image) -> Any:
    return np.asarray(picture.convert("RGB"))


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_is_known(change: str) -> None:
    for seed in range(12):
        original = drawn(seed)
        [listed] = [hash_of(pixels(original))]
        assert listed is not None
        match = HashList([listed], [seed]).nearest(pixels(CHANGES[change](original)))
        assert match is not None, (change, seed)


def test_others_are_not_known() -> None:
    listed = [str(hash_of(pixels(drawn(seed)))) for seed in range(40)]
    known = HashList(listed, range(40))
    assert [known.nearest(pixels(drawn(seed))) for seed in range(100, 140)] == [None] * 40
    # Honest about the limit: with a twentieth cut off each side it is another picture.
    assert known.nearest(pixels(cut(drawn(0), 5))) is None


def test_an_empty_picture_is_known_by_nothing() -> None:
    assert hashes_of(np.full((400, 400, 3), 255, np.uint8)) == []


def test_a_list_names_its_faulty_lines() -> None:
    good = "0f" * 32
    listed, faults = read_hashes(
        f"pdq,category,note\n{good},gore,x\nzz,gore,\n{good},fun,\n".encode()
    )
    assert [one.pdq for one in listed] == [good]
    assert [str(one).partition(":")[0] for one in faults] == ["line 3, pdq", "line 4, category"]


# --- the list and uploads ---------------------------------------------------------------------
def forbid(picture: Image.Image) -> BlockedPicture:
    data = f"pdq,category\n{hash_of(pixels(picture))},sexual_minors\n".encode()
    assert blocked_pictures.import_hashes(data=data, by=None, now=NOON) == 1
    assert blocked_pictures.import_hashes(data=data, by=None, now=NOON) == 0
    return BlockedPicture.objects.latest("id")


def test_a_forbidden_upload_is_refused_and_not_kept(rich_anna: User) -> None:
    row = forbid(drawn(1))
    with pytest.raises(ModerationBlocked) as caught:
        uploads.keep_upload(user=rich_anna, data=png(cut(drawn(1), 1)), field="file", now=NOON)
    assert caught.value.facts["failure"] == "SAFETY.INPUT.IMAGE"
    assert caught.value.facts["rule"] == f"picture:{row.pk}"
    assert list(caught.value.fields) == ["file"]
    assert Upload.objects.count() == 0
    assert Strike.objects.get().weight == 5
    uploads.keep_upload(user=rich_anna, data=png(drawn(2)), field="file", now=NOON)


def test_what_is_taken_off_the_list_may_be_sent(rich_anna: User, paula: User) -> None:
    row = forbid(drawn(1))
    blocked_pictures.take_off(picture_id=row.pk, by=paula, now=NOON)
    uploads.keep_upload(user=rich_anna, data=png(drawn(1)), field="file", now=NOON)
    forbid(drawn(1))
    with pytest.raises(ModerationBlocked):
        uploads.keep_upload(user=rich_anna, data=png(jpeg(drawn(1), 70)), field="file", now=NOON)


def test_a_person_can_let_a_picture_by(rich_anna: User, bert: User, paula: User) -> None:
    forbid(drawn(1))
    with pytest.raises(ModerationBlocked):
        uploads.keep_upload(user=rich_anna, data=png(drawn(1)), field="file", now=NOON)
    verdict = Verdict.objects.get()
    appeal(user=rich_anna, verdict_id=verdict.id, text="my own drawing", now=NOON)
    decide(
        verdict_id=verdict.id,
        outcome="allow_once",
        reason="false_find",
        note="",
        by=paula,
        now=NOON,
    )
    uploads.keep_upload(user=rich_anna, data=png(drawn(1)), field="file", now=NOON)
    with pytest.raises(ModerationBlocked):
        uploads.keep_upload(user=bert, data=png(drawn(1)), field="file", now=NOON)


@pytest.mark.django_db
def test_a_faulty_list_adds_nothing() -> None:
    with pytest.raises(InvalidRequest, match="line 3, pdq"):
        blocked_pictures.import_hashes(
            data=f"pdq,category\n{'00' * 32},gore\nx,gore\n".encode(), by=None, now=NOON
        )
    assert BlockedPicture.objects.count() == 0

"""The public check: every verdict, over REST and on the page, and never whose it is."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import av
import numpy as np
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from generation import storage
from generation.models import Artifact
from generation.services import checking
from generation.stamp.certificates import make_chain
from generation.stamp.encoding import encode_png
from generation.stamp.stamping import stamp_picture
from generation.stamp.types import StampOrder
from tests.api.conftest import refused
from tests.jobs_by_hand import Submit
from tests.made import bytes_of, settled
from tests.members import agrees, on_gold

pytestmark = pytest.mark.django_db
FRAME = np.asarray(
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (6, 9, 3), np.uint8)).resize(
        (240, 160)
    )
)


@pytest.fixture(autouse=True)
def fresh_minute() -> None:
    cache.clear()


@pytest.fixture
def picture(anna: User, submit: Submit) -> Artifact:
    """A clean picture of Anna's."""
    return made(anna, submit, "image")


@pytest.fixture
def clip(bert: User, submit: Submit) -> Artifact:
    """A clean clip of Bert's."""
    return made(bert, submit, "video")


def made(user: User, submit: Submit, kind: str) -> Artifact:
    now = timezone.now()
    agrees(on_gold(user, now=now), now=now)
    submit(user, kind=kind, now=now)
    return settled(now)


def verify(data: bytes, name: str = "x.png") -> dict[str, object]:
    response = Client().post("/api/v1/verify", {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 200, response.content
    answer: dict[str, object] = response.json()
    assert not any(name in json.dumps(answer) for name in ("anna", "bert", "example.com"))
    return answer


def page(data: bytes, language: str = "en") -> str:
    response = Client().post(
        "/verify/",
        {"file": SimpleUploadedFile("x.png", data)},
        headers={"Accept-Language": language},
    )
    assert response.status_code == 200
    return response.content.decode()


def test_ours_intact(picture: Artifact) -> None:
    told = verify(bytes_of(picture))
    assert (told["verdict"], told["signature"], told["labels"]) == ("intact", "valid", 1)
    assert told["job_id"] == str(picture.job_id)
    assert (told["model"], told["producer"]) == ("demo", "INKLING-SELF-HOSTED")
    assert datetime.fromisoformat(str(told["made_at"])) <= datetime.now(UTC)
    assert told["detail"] == "Made here, and exactly as it was delivered."
    assert "Ours, intact" in page(bytes_of(picture))
    assert "由我们生成，完整无改动" in page(bytes_of(picture), "zh-CN")


def test_ours_and_long_forgotten(picture: Artifact) -> None:
    """The row and the file are gone: the log knows the clean file, the signature any."""
    data = bytes_of(picture)
    storage.delete(picture.stored_name)
    Artifact.objects.all().delete()
    told = verify(data)
    assert (told["verdict"], told["job_id"]) == ("intact", str(picture.job_id))


def test_ours_but_changed(picture: Artifact, clip: Artifact) -> None:
    for artifact in (picture, clip):
        changed = bytearray(bytes_of(artifact))
        changed[changed.find(b"IDAT" if artifact is picture else b"mdat") + 400] ^= 1
        told = verify(bytes(changed))
        assert (told["verdict"], told["signature"]) == ("changed", "invalid")
        assert told["job_id"] == str(artifact.job_id)
        assert "it is not what we signed" in str(told["detail"])
        assert "but changed" in page(bytes(changed))


def test_metadata_taken_away(picture: Artifact, clip: Artifact) -> None:
    bare = io.BytesIO()
    with Image.open(io.BytesIO(bytes_of(picture))) as opened:
        Image.fromarray(np.asarray(opened.convert("RGB"))).save(bare, "PNG", compress_level=9)
    copied = io.BytesIO()
    with av.open(io.BytesIO(bytes_of(clip)), "r") as source, av.open(copied, "w", "mp4") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    for data, artifact in ((bare.getvalue(), picture), (copied.getvalue(), clip)):
        told = verify(data)
        assert (told["verdict"], told["signature"], told["labels"]) == ("stripped", "missing", 0)
        assert told["job_id"] == str(artifact.job_id)
        assert "marks removed" in page(data)


def test_a_label_alone_proves_nothing(picture: Artifact, settings: Settings) -> None:
    label = json.dumps(
        {"Label": "1", "ContentProducer": settings.AIGC_PRODUCER, "ProduceID": str(picture.job_id)}
    )
    told = verify(encode_png(FRAME, label, "x"))
    assert (told["verdict"], told["job_id"], told["labels"]) == ("claimed", "", 1)
    assert "nothing proves it" in str(told["detail"])


def test_not_ours(picture: Artifact) -> None:
    plain = io.BytesIO()
    Image.fromarray(FRAME).save(plain, "JPEG")
    theirs = StampOrder(
        brand_mark=True,
        producer="SOMEBODY-ELSE",
        produce_id=str(picture.job_id),
        software="Inkling demo",
        signing=make_chain("Inkling", now=timezone.now()),
        made_at=timezone.now(),
    )
    for data, signature in (
        (plain.getvalue(), "missing"),
        (stamp_picture(FRAME, theirs).data, "foreign"),
    ):
        told = verify(data)
        assert (told["verdict"], told["signature"]) == ("not_ours", signature)
        assert (told["job_id"], told["producer"], told["model"]) == ("", "", "")
        assert "Not ours" in page(data)


def test_a_signature_copied_into_another_picture(picture: Artifact) -> None:
    whole = bytes_of(picture)
    at = whole.find(b"caBX") - 4
    length = int.from_bytes(whole[at : at + 4]) + 12
    mine = encode_png(FRAME, "{}", "x")
    copied = mine[:33] + whole[at : at + length] + mine[33:]
    assert verify(copied)["verdict"] == "changed"


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 415, "file_type"),
        (b"GIF89a", 415, "file_type"),
        (b"\x89PNG\r\n\x1a\n", 200, ""),
        (b"\xff\xd8\xff", 200, ""),
        (b"RIFF\0\0\0\0WEBP", 200, ""),
        (b"\0\0\0\x18ftypisom" + b"\0" * 40, 200, ""),
    ],
)
def test_files_that_are_hardly_files(data: bytes, status: int, code: str) -> None:
    response = Client().post("/api/v1/verify", {"file": SimpleUploadedFile("x", data)})
    if status == 200:
        assert response.json()["verdict"] == "not_ours"
    else:
        refused(response, status, code)


def test_forms_without_one_file(settings: Settings) -> None:
    refused(Client().post("/api/v1/verify", {}), 400, "invalid_request")
    two = {name: SimpleUploadedFile(name, b"\x89PNG\r\n\x1a\n") for name in ("file", "other")}
    refused(Client().post("/api/v1/verify", two), 400, "invalid_request")
    json_body = Client().post("/api/v1/verify", {"file": "x"}, content_type="application/json")
    refused(json_body, 415, "unsupported_media_type")
    assert Client().get("/api/v1/verify").status_code == 405


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    announced: Any = {"CONTENT_LENGTH": str(checking.BYTES_MAX + 200_000)}
    form = {"file": SimpleUploadedFile("x.png", b"\x89PNG\r\n\x1a\n")}
    refused(Client().post("/api/v1/verify", form, **announced), 413, "file_too_large")
    assert Client().post("/verify/", form, **announced).status_code == 422
    monkeypatch.setattr(checking, "BYTES_MAX", 100)  # 64 MB in a test would be slow
    form = {"file": SimpleUploadedFile("x.png", b"\x89PNG\r\n\x1a\n" + b"0" * 100)}
    refused(Client().post("/api/v1/verify", form), 413, "file_too_large")


def test_twenty_a_minute_from_one_address() -> None:
    def ask(address: str, path: str = "/api/v1/verify") -> int:
        form = {"file": SimpleUploadedFile("x.png", b"\x89PNG\r\n\x1a\n")}
        return Client().post(path, form, REMOTE_ADDR=address).status_code

    answers = [ask("192.0.2.1") for _ in range(21)]
    assert answers.count(200) >= 20  # the minute may turn once
    assert {ask("192.0.2.1"), ask("192.0.2.1", "/verify/")} <= {429, 200}
    assert ask("192.0.2.2") == 200

"""Sending pictures through REST: owned, found, used up, thrown away."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.errors import NotFound
from accounts.models import User
from generation import storage
from generation.errors import QuotaExceeded
from generation.models import Upload
from generation.services import artifacts, uploads
from tests.api.conftest import refused
from tests.jobs_by_hand import NOON
from tests.uploads import files

pytestmark = pytest.mark.django_db
Send = Callable[..., Any]


@pytest.fixture
def send(anna: User, catalogue: None, key_of: Callable[[User], str]) -> Send:
    """Posts a file as Anna's program."""
    client = Client(headers={"authorization": f"Bearer {key_of(anna)}"})

    def post(data: bytes, name: str = "picture.png", field: str = "file", **more: str) -> Any:
        return client.post("/api/v1/uploads", {field: SimpleUploadedFile(name, data), **more})

    return post


def test_a_picture_is_taken_in(send: Send, anna: User) -> None:
    answer = send(files.photograph(6), name="../../etc/passwd.exe")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["mime"], body["width"], body["height"]) == ("image/png", 300, 400)
    row = Upload.objects.get(id=body["id"])
    assert row.user == anna
    assert "passwd" not in row.stored_name
    with storage.open_stored(row.stored_name) as file:
        stored = file.read()
    assert (len(stored), body["bytes"]) == (row.bytes, row.bytes)
    assert row.expires_at - row.created_at == timedelta(hours=24)


def test_the_same_file_again_is_the_same_upload(send: Send) -> None:
    data = files.encoded(files.gradient())
    assert send(data).json()["id"] == send(data).json()["id"]
    assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (files.bomb(), 400, "picture_too_many_pixels"),
        (files.text_bomb(), 400, "picture_broken"),
        (b"hello", 415, "picture_type"),
        (b"\x89PNG\r\n\x1a\n", 400, "picture_broken"),
        (files.animation("PNG"), 400, "picture_animated"),
        (files.encoded(files.gradient(100, 100)), 400, "picture_too_small"),
        (files.encoded(files.gradient(1000, 300)), 400, "picture_shape"),
        (b"x" * (uploads.BYTES_MAX + 1), 413, "picture_too_large"),
        (b"x" * (uploads.BYTES_MAX + 200_000), 413, "picture_too_large"),
    ],
    ids=["bomb", "text", "type", "broken", "animated", "small", "shape", "large", "larger"],
)
def test_hostile_files(send: Send, data: bytes, status: int, code: str) -> None:
    body = refused(send(data), status, code)
    assert list(body["fields"]) == ["file"]
    assert Upload.objects.count() == 0


def test_forms_that_are_none(send: Send) -> None:
    data = files.encoded(files.gradient())
    assert list(refused(send(data, field="picture"), 400, "invalid_request")["fields"]) == ["file"]
    refused(send(data, note="hello"), 400, "invalid_request")


def test_a_body_that_is_no_form(anna: User, key_of: Callable[[User], str]) -> None:
    client = Client(headers={"authorization": f"Bearer {key_of(anna)}"})
    answer = client.post("/api/v1/uploads", b"{}", content_type="application/json")
    refused(answer, 415, "unsupported_media_type")
    cut = client.post("/api/v1/uploads", b"--x", content_type="multipart/form-data")
    refused(cut, 400, "invalid_request")
    refused(Client().post("/api/v1/uploads"), 401, "unauthenticated")


def test_anothers_upload_is_no_upload(
    send: Send, bert: User, key_of: Callable[[User], str]
) -> None:
    made = send(files.encoded(files.gradient())).json()["id"]
    client = Client(headers={"authorization": f"Bearer {key_of(bert)}"})
    unknown = "00000000-0000-4000-8000-000000000000"
    answers = [client.get(f"/api/v1/uploads/{name}") for name in (made, unknown)]
    assert answers[0].json() == answers[1].json()
    refused(client.delete(f"/api/v1/uploads/{made}"), 404, "not_found")
    assert Upload.objects.count() == 1
    # What Bert sends is his own, though Anna has sent the same.
    his = uploads.keep_upload(
        user=bert, data=files.encoded(files.gradient()), field="file", now=timezone.now()
    )
    assert str(his.id) != made


def test_deleting_deletes_the_file(send: Send, anna: User, key_of: Callable[[User], str]) -> None:
    made = send(files.encoded(files.gradient())).json()["id"]
    name = Upload.objects.get().stored_name
    client = Client(headers={"authorization": f"Bearer {key_of(anna)}"})
    assert client.get(f"/api/v1/uploads/{made}").status_code == 200
    assert client.delete(f"/api/v1/uploads/{made}").status_code == 204
    refused(client.get(f"/api/v1/uploads/{made}"), 404, "not_found")
    with pytest.raises(FileNotFoundError):
        storage.open_stored(name)


def test_what_nobody_uses_is_swept(anna: User) -> None:
    data = files.encoded(files.gradient())
    upload = uploads.keep_upload(user=anna, data=data, field="file", now=NOON)
    day = NOON + uploads.UNUSED_LIFETIME
    assert uploads.sweep_uploads(now=day - timedelta(seconds=1)) == 0
    artifacts.sweep_orphans(now=timezone.now() + timedelta(days=2))
    with storage.open_stored(upload.stored_name):
        pass  # the sweep of orphans knows uploads
    with pytest.raises(NotFound):
        uploads.upload_for(user=anna, upload_id=upload.id, now=day)
    assert uploads.sweep_uploads(now=day) == 1
    with pytest.raises(FileNotFoundError):
        storage.open_stored(upload.stored_name)


def test_sending_too_many_says_when_to_come_again(
    anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "HOUR_MAX", 2)
    for shade in (1, 2):
        image = files.gradient(300 + shade, 300)
        uploads.keep_upload(user=anna, data=files.encoded(image), field="file", now=NOON)
    third = files.encoded(files.gradient(310, 300))
    with pytest.raises(QuotaExceeded) as refusal:
        uploads.keep_upload(user=anna, data=third, field="file", now=NOON + timedelta(minutes=1))
    assert refusal.value.facts["quota"] == "uploads_hour"
    assert refusal.value.facts["frees_at"] == "2026-11-23T05:00:00Z"
    later = NOON + timedelta(minutes=61)
    uploads.keep_upload(user=anna, data=third, field="file", now=later)
    assert Upload.objects.count() == 3

"""What leaves the worker: every kind, with and without the perk, as it lies in storage."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest
from django.utils import timezone
from numpy.typing import NDArray
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from billing.services import daily_points
from generation.models import Artifact, CleanDelivery
from generation.services.signing import complaints, signing
from generation.stamp.brand_mark import find_brand_mark
from generation.stamp.manifests import read_manifest
from generation.stamp.reading import read_aigc
from generation.stamp.visible_label import find_label
from generation.watermark import LABELS
from tests.jobs_by_hand import Submit
from tests.made import FRAMES, bytes_of, settled
from tests.members import agrees, on_gold

pytestmark = pytest.mark.django_db
KINDS = sorted(FRAMES)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def storage_of_its_own(settings: Settings, tmp_path: Path) -> Path:
    settings.ARTIFACT_DIR = tmp_path / "artifacts"
    return tmp_path / "artifacts"


def frames_of(artifact: Artifact) -> list[NDArray[np.uint8]]:
    data = bytes_of(artifact)
    if artifact.mime == "image/png":
        with Image.open(io.BytesIO(data)) as picture:
            return [np.asarray(picture.convert("RGB"))]
    with av.open(io.BytesIO(data), "r") as container:
        return [
            frame.to_ndarray(format="rgb24").astype(np.uint8) for frame in container.decode(video=0)
        ]


def make(user: User, submit: Submit, kind: str, *, member: bool, now: datetime) -> Artifact:
    if member:
        agrees(on_gold(user, now=now), now=now)
    else:
        daily_points.claim(user=user, now=now)
    submit(user, kind=kind, now=now)
    return settled(now)


@pytest.mark.parametrize("jurisdiction", ["NONE", "ALL"])
@pytest.mark.parametrize("member", [False, True], ids=["free", "member"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_and_both_plans(
    anna: User,
    submit: Submit,
    settings: Settings,
    storage_of_its_own: Path,
    now: datetime,
    kind: str,
    member: bool,
    jurisdiction: str,
) -> None:
    settings.LABEL_JURISDICTION = jurisdiction
    artifact = make(anna, submit, kind, member=member, now=now)
    frames = frames_of(artifact)
    assert len(frames) == FRAMES[kind]
    assert [find_brand_mark(frame) for frame in frames] == [not member] * len(frames)
    labelled = [find_label(frame, LABELS["ALL"]) for frame in frames]
    assert labelled == [jurisdiction == "ALL"] * len(frames)
    assert artifact.brand_mark is (not member)
    data = bytes_of(artifact)
    (label,) = read_aigc(data)
    assert (label["ContentProducer"], label["ProduceID"]) == (
        settings.AIGC_PRODUCER,
        str(artifact.job_id),
    )
    manifest = read_manifest(data, artifact.mime, signing().anchors)
    assert manifest is not None
    assert (manifest.trusted, manifest.produce_id) == (True, str(artifact.job_id))
    assert CleanDelivery.objects.filter(job_id=artifact.job_id).count() == member
    # Nothing else was stored: no original, no draft, no sibling.
    files = [path for path in storage_of_its_own.rglob("*") if path.is_file()]
    assert [path.name for path in files] == [artifact.stored_name]
    assert str(artifact.job_id) not in artifact.stored_name


@pytest.mark.parametrize(
    ("jurisdiction", "free", "member"),
    [("CN", True, True), ("CN_ARTICLE_9", True, False), ("EU", True, True)],
)
def test_who_is_labelled(
    anna: User,
    bert: User,
    submit: Submit,
    settings: Settings,
    now: datetime,
    jurisdiction: str,
    free: bool,
    member: bool,
) -> None:
    settings.LABEL_JURISDICTION = jurisdiction
    for user, expected, is_member in ((anna, free, False), (bert, member, True)):
        artifact = make(user, submit, "image", member=is_member, now=now)
        assert find_label(frames_of(artifact)[0], LABELS[jurisdiction]) is expected


def test_the_decision_is_the_jobs_and_not_the_moments(
    anna: User, submit: Submit, settings: Settings, now: datetime
) -> None:
    daily_points.claim(user=anna, now=now)
    submit(anna, now=now)
    settings.LABEL_JURISDICTION = "CN"
    agrees(on_gold(anna, now=now), now=now)
    artifact = settled(now)
    assert find_brand_mark(frames_of(artifact)[0])
    assert not find_label(frames_of(artifact)[0], LABELS["CN"])


def test_a_clip_may_be_labelled_at_its_start_only(
    anna: User, submit: Submit, settings: Settings, now: datetime
) -> None:
    settings.LABEL_JURISDICTION, settings.LABEL_SECONDS = "CN", 3.0
    frames = frames_of(make(anna, submit, "video", member=False, now=now))
    shown = [find_label(frame, LABELS["CN"]) for frame in frames]
    assert shown == [True] * 24 + [False] * 16  # eight frames a second
    assert all(find_brand_mark(frame) for frame in frames)


def test_the_chain_is_watched(settings: Settings, tmp_path: Path, now: datetime) -> None:
    settings.C2PA_DIR = tmp_path / "c2pa"
    assert complaints(now=now) == []  # none was made yet
    signing()
    assert complaints(now=now) == []
    assert "expires on" in complaints(now=now + timedelta(days=3600))[0]
    assert "expired on" in complaints(now=now + timedelta(days=3700))[0]
    (tmp_path / "c2pa" / "key.pem").chmod(0o644)
    assert "Others can read the private key" in complaints(now=now)[0]

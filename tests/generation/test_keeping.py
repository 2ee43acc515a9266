"""Kept by plan, deleted by the owner or the clock: the bytes go, the rows stay."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from billing.ledger.models import Entry
from billing.services.gifts import give_membership
from generation import storage
from generation.errors import ArtifactInUse
from generation.models import Artifact, Job
from generation.selectors.artifacts import gallery
from generation.services import artifacts, keeping
from generation.services.jobs import cancel_job
from generation.services.links import artifact_of_token, artifact_path, poster_path
from tests.jobs_by_hand import NOON, Submit, claimed, deliver

DAY = timedelta(days=1)


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Callable[[], set[str]]:
    """A folder of this test's own; the names of the files in it."""
    settings.ARTIFACT_DIR = tmp_path
    return lambda: {one.name for one in tmp_path.rglob("*") if one.is_file()}


@pytest.fixture
def made(files: Callable[[], set[str]], rich_anna: User, submit: Submit) -> Artifact:
    """A picture of Anna's with its poster."""
    submit(rich_anna)
    deliver(claimed())
    artifact = Artifact.objects.get()
    artifact.poster_name = storage.store(b"\x89PNG a poster", "image/png")
    artifact.save(update_fields=["poster_name"])
    assert files() == {artifact.stored_name, artifact.poster_name}
    return artifact


@pytest.mark.parametrize(
    ("days", "until"),
    [({"free": 30, "*": 365}, NOON + 30 * DAY), ({"*": 7}, NOON + 7 * DAY), ({"*": 0}, None)],
)
def test_a_result_is_kept_as_the_plan_says(
    rich_anna: User, submit: Submit, settings: Any, days: dict[str, int], until: object
) -> None:
    settings.RETENTION_DAYS = days
    submit(rich_anna)
    deliver(claimed())
    assert Artifact.objects.get().kept_until == until


def test_when_its_time_is_over_the_bytes_go_and_the_rows_stay(
    made: Artifact, files: Callable[[], set[str]]
) -> None:
    entries = Entry.objects.count()
    until = made.kept_until
    assert until is not None
    assert keeping.sweep_expired(now=until - timedelta(seconds=1)) == 0
    assert keeping.sweep_expired(now=until) == 1
    assert keeping.sweep_expired(now=until) == 0
    assert files() == set()
    made.refresh_from_db()
    assert made.deleted_at == until
    assert Job.objects.get().captured_cp == 20
    assert Entry.objects.count() == entries


def test_a_plan_that_keeps_longer_gives_more_time(
    made: Artifact, files: Callable[[], set[str]], rich_anna: User
) -> None:
    now = NOON + 29 * DAY
    give_membership(user=rich_anna, plan="gold", period="year", reason="test", now=now)
    assert keeping.sweep_expired(now=NOON + 31 * DAY) == 0
    made.refresh_from_db()
    assert made.kept_until == NOON + 365 * DAY
    assert len(files()) == 2


def test_deleted_by_its_owner_it_opens_nowhere(
    made: Artifact, files: Callable[[], set[str]], rich_anna: User, bert: User
) -> None:
    for user, artifact_id in ((bert, made.id), (rich_anna, uuid.uuid4())):
        with pytest.raises(NotFound):
            keeping.delete_artifact(user=user, artifact_id=artifact_id, now=NOON)
    tokens = [
        (path(made, now=NOON).rpartition("/")[2], is_poster)
        for path, is_poster in ((artifact_path, False), (poster_path, True))
    ]
    for token, is_poster in tokens:
        assert artifact_of_token(token, now=NOON, poster=is_poster) == made
        with pytest.raises(NotFound):  # one is not good for the other
            artifact_of_token(token, now=NOON, poster=not is_poster)
    keeping.delete_artifact(user=rich_anna, artifact_id=made.id, now=NOON)
    keeping.delete_artifact(user=rich_anna, artifact_id=made.id, now=NOON + DAY)
    made.refresh_from_db()
    assert made.deleted_at == NOON
    assert files() == set()
    assert gallery(user=rich_anna, limit=9) == []
    for token, is_poster in tokens:
        with pytest.raises(NotFound):
            artifact_of_token(token, now=NOON, poster=is_poster)


def test_what_a_job_works_from_stays_until_it_has_ended(
    anna: User, catalogue: None, submit: Submit, files: Callable[[], set[str]]
) -> None:
    give_membership(user=anna, plan="gold", period="month", reason="test", now=NOON)
    submit(anna, "video")
    deliver(claimed())
    Artifact.objects.update(mime="video/mp4", seconds=5, kept_until=NOON)
    clip = Artifact.objects.get()
    job = submit(anna, "extension", params={"video": str(clip.id)})
    settings_later = NOON + 400 * DAY
    with pytest.raises(ArtifactInUse) as refused:
        keeping.delete_results(user=anna, job_id=clip.job_id, now=NOON)
    assert refused.value.facts == {"job": str(job.id)}
    assert keeping.sweep_expired(now=settings_later) == 0
    assert files() == {clip.stored_name}
    cancel_job(user=anna, job_id=job.id, now=NOON)
    assert keeping.sweep_expired(now=settings_later) == 1
    with pytest.raises(InvalidRequest):
        submit(anna, "extension", params={"video": str(clip.id)})


def test_a_picture_a_clip_begins_with_is_in_use_too(
    anna: User, catalogue: None, submit: Submit, files: Callable[[], set[str]]
) -> None:
    give_membership(user=anna, plan="gold", period="month", reason="test", now=NOON)
    submit(anna)
    deliver(claimed())
    picture = Artifact.objects.get()
    job = submit(anna, "image_to_video", params={"image": str(picture.id)})
    Job.objects.filter(id=job.id).update(parent=None)  # by its parameters alone
    with pytest.raises(ArtifactInUse):
        keeping.delete_artifact(user=anna, artifact_id=picture.id, now=NOON)


def test_bytes_a_crash_left_behind_are_swept(
    made: Artifact, files: Callable[[], set[str]], rich_anna: User
) -> None:
    now = NOON + 1000 * DAY
    assert artifacts.sweep_orphans(now=now) == 0  # poster and file are both spoken of
    Artifact.objects.update(deleted_at=NOON)  # marked, and then the process died
    assert artifacts.sweep_orphans(now=now) == 2
    assert files() == set()

"""The archive of one's data, and what is erased after closing."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accounts.errors import ExportTooSoon, NotFound
from accounts.models import Erasure, Export, User
from accounts.services.api_keys import create_api_key
from accounts.services.erasing import erase_closed
from accounts.services.exports import (
    delete_old,
    link_token,
    make_exports,
    open_export,
    request_export,
)
from billing.models import BillingDetails, Notice
from billing.selectors.statements import statement
from billing.services.closing import close_account, reopen_account
from billing.services.notices import mail_notices
from generation.models import Artifact, Campaign, Job
from generation.services.campaigns import make_campaign
from tests.conftest import PASSWORD
from tests.jobs_by_hand import NOON, Submit, claimed, deliver
from tests.portal.pages import faults_of, page_of

pytestmark = pytest.mark.usefixtures("catalogue", "folder")


@pytest.fixture
def folder(settings: Any, tmp_path: Any) -> None:
    cache.clear()
    settings.EXPORT_DIR = tmp_path / "exports"
    settings.ARTIFACT_DIR = tmp_path / "artifacts"


def ready(user: User) -> Export:
    request_export(user=user, now=NOON)
    assert make_exports(now=NOON) == 1
    return Export.objects.get(user=user)


def archive_of(export: Export) -> zipfile.ZipFile:
    _found, file = open_export(
        user=export.user, token=link_token(export, now=NOON), now=NOON + timedelta(minutes=1)
    )
    with file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def read(archive: zipfile.ZipFile, path: str) -> Any:
    return json.loads(archive.read(path))


def test_the_archive_holds_everything_and_no_secret(rich_anna: User, submit: Submit) -> None:
    made = create_api_key(user=rich_anna, name="laptop", now=NOON)
    make_campaign(user=rich_anna, name="Spring", target_minor=50, currency="CNY", now=NOON)
    submit(rich_anna, params={"prompt": "a fox in the snow"})
    deliver(claimed())
    archive = archive_of(ready(rich_anna))
    for entry in read(archive, "manifest.json")["files"]:
        data = archive.read(entry["path"])
        assert (len(data), hashlib.sha256(data).hexdigest()) == (entry["bytes"], entry["sha256"])
    assert read(archive, "account.json")["email"] == rich_anna.email
    assert read(archive, "jobs.json")[0]["params"]["prompt"] == "a fox in the snow"
    assert [one["name"] for one in read(archive, "campaigns.json")] == ["Spring"]
    lines = statement(user=rich_anna, before_version=None, limit=100).lines
    assert len(read(archive, "statement.json")) == len(lines) == 3
    assert read(archive, "api_keys.json")[0]["prefix"] == made.key.prefix
    everything = b"".join(archive.read(name) for name in archive.namelist())
    for secret in (made.secret, made.key.secret_hash.hex(), rich_anna.password):
        assert secret.encode() not in everything


def test_files_are_inside_as_far_as_they_fit(
    rich_anna: User, submit: Submit, settings: Any
) -> None:
    submit(rich_anna)
    deliver(claimed())
    artifact = Artifact.objects.get()
    archive = archive_of(ready(rich_anna))
    listed = read(archive, "artifacts.json")
    assert [one["id"] for one in listed] == [str(artifact.id)]
    if listed[0]["path"]:
        assert len(archive.read(listed[0]["path"])) == artifact.bytes
    settings.EXPORT_FILES_MAX_BYTES = 0
    Export.objects.update(requested_at=NOON - timedelta(days=2))
    request_export(user=rich_anna, now=NOON)
    make_exports(now=NOON)
    last = Export.objects.order_by("-requested_at").first()
    assert last is not None
    (one,) = read(archive_of(last), "artifacts.json")
    assert one["path"] is None
    assert one["page"].endswith(f"/jobs/{artifact.job_id}/")


def test_one_a_day(anna: User) -> None:
    first = request_export(user=anna, now=NOON)
    assert request_export(user=anna, now=NOON) == first
    make_exports(now=NOON)
    with pytest.raises(ExportTooSoon) as refused:
        request_export(user=anna, now=NOON + timedelta(hours=23))
    assert refused.value.facts["again_at"] == (NOON + timedelta(days=1)).isoformat()
    assert request_export(user=anna, now=NOON + timedelta(days=1)) != first


def test_a_link_is_its_owners_and_short(anna: User, bert: User) -> None:
    export = ready(anna)
    token = link_token(export, now=NOON)
    for user, at in ((bert, 0), (anna, 16)):
        with pytest.raises(NotFound):
            open_export(user=user, token=token, now=NOON + timedelta(minutes=at))
    with pytest.raises(NotFound):
        open_export(user=anna, token=token[:-2] + "xx", now=NOON)


def test_an_archive_goes_after_a_week(anna: User, settings: Any) -> None:
    export = ready(anna)
    assert delete_old(now=NOON + timedelta(days=6)) == 0
    assert delete_old(now=NOON + timedelta(days=7)) == 1
    assert list(settings.EXPORT_DIR.iterdir()) == []
    export.refresh_from_db()
    assert export.state == "gone"


def test_an_archive_that_cannot_be_made_is_given_up(anna: User, settings: Any) -> None:
    settings.EXPORTERS = [*settings.EXPORTERS, "accounts.no_such_module"]
    request_export(user=anna, now=NOON)
    for _try in range(4):
        assert make_exports(now=NOON) == 0
    assert Export.objects.get().state == "failed"
    assert list(settings.EXPORT_DIR.iterdir()) == []
    request_export(user=anna, now=NOON)


def test_the_page_asks_who_it_is_and_the_notice_comes(anna: User) -> None:
    client = Client()
    client.force_login(anna)
    assert "/reauthenticate/" in client.get("/account/data/")["Location"]
    client.post("/account/reauthenticate/?next=/account/data/", {"password": PASSWORD})
    assert client.post("/account/data/").status_code == 302
    assert "being made" in page_of(client.get("/account/data/")).text
    make_exports(now=timezone.now())
    mail_notices(now=timezone.now())
    assert mail.outbox[-1].subject == "Your data is ready"
    page = client.get("/account/data/")
    assert faults_of(page.content.decode()) == []
    link = next(
        one["href"] for one in page_of(page).all("a") if one["href"].startswith("/account/data/")
    )
    answer = client.get(link)
    assert b"".join(answer.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    assert client.post("/account/data/").status_code == 429
    stranger = Client()
    assert stranger.get(link).status_code == 302


def close(user: User) -> None:
    close_account(user=user, reason="by its owner", actor="user", now=NOON)


def test_a_closed_account_is_erased_after_thirty_days(rich_anna: User, submit: Submit) -> None:
    make_campaign(user=rich_anna, name="My wedding", target_minor=50, currency="CNY", now=NOON)
    submit(rich_anna, params={"prompt": "a very private fox"})
    deliver(claimed())
    ready(rich_anna)
    BillingDetails.objects.create(user=rich_anna, name="Anna L.", updated_at=NOON)
    before = statement(user=rich_anna, before_version=None, limit=100).lines
    close(rich_anna)
    assert erase_closed(now=NOON + timedelta(days=29)) == 0
    assert erase_closed(now=NOON + timedelta(days=30)) == 1
    assert erase_closed(now=NOON + timedelta(days=31)) == 0
    rich_anna.refresh_from_db()
    assert rich_anna.email == f"erased-{rich_anna.pk}@erased.invalid"
    assert Job.objects.get().params["prompt"] == ""
    assert Job.objects.get().captured_cp
    assert not Artifact.objects.exists()
    assert Campaign.objects.get().name.startswith("erased-")
    assert BillingDetails.objects.get().name == ""
    assert all(facts == {} for facts in Notice.objects.values_list("facts", flat=True))
    assert Export.objects.get().state == "gone"
    assert statement(user=rich_anna, before_version=None, limit=100).lines == before
    assert Erasure.objects.get().erased["artifacts"] == 1
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Erasure.objects.all().delete()


def test_who_is_reopened_in_time_keeps_everything(rich_anna: User, quinn: User) -> None:
    close(rich_anna)
    reopen_account(user=rich_anna, reason="asked", staff=quinn, now=NOON)
    assert erase_closed(now=NOON + timedelta(days=60)) == 0
    close(rich_anna)
    assert erase_closed(now=NOON + timedelta(days=60)) == 1
    with pytest.raises(Exception, match="not closed"):
        reopen_account(user=rich_anna, reason="asked", staff=quinn, now=NOON)

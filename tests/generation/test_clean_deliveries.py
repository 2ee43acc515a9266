"""The log of clean deliveries: complete, and nobody's to delete before 183 days."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from generation.labelling import RETENTION_DAYS
from generation.models import Artifact, CleanDelivery
from generation.services.links import artifact_path
from tests.jobs_by_hand import NOON, Submit, claimed, deliver
from tests.ledger.test_application_role import application
from tests.members import agrees, on_gold

pytestmark = pytest.mark.django_db


@pytest.fixture
def clean(anna: User, catalogue: None, submit: Submit) -> Artifact:
    """A picture without the brand mark, delivered to Anna."""
    agrees(on_gold(anna))
    submit(anna)
    deliver(claimed())
    return Artifact.objects.get()


def opened() -> list[str | None]:
    return list(CleanDelivery.objects.filter(event="opened").values_list("address", flat=True))


def older(days: int) -> None:
    """Make every line look `days` days older, as time would: behind the triggers' back."""
    with connection.cursor() as cursor:
        cursor.execute("alter table generation_cleandelivery disable trigger all")
        cursor.execute(
            "update generation_cleandelivery"
            " set recorded_at = recorded_at - make_interval(days => %s)",
            [days],
        )
        cursor.execute("alter table generation_cleandelivery enable trigger all")


def test_a_clean_delivery_is_written_down(clean: Artifact, anna: User) -> None:
    line = CleanDelivery.objects.get()
    assert (line.event, line.user_id, line.email) == ("delivered", anna.id, anna.email)
    assert (line.job_id, line.artifact_id, line.sha256) == (clean.job_id, clean.id, clean.sha256)
    assert line.agreement == clean.job.agreement != ""
    assert (line.happened_at, line.address) == (NOON, None)
    assert timezone.now() - line.recorded_at < timedelta(minutes=1)


def test_marked_work_is_not(rich_anna: User, submit: Submit, client: Client) -> None:
    submit(rich_anna)
    deliver(claimed())
    path = artifact_path(Artifact.objects.get(), now=timezone.now())
    assert client.get(path).status_code == 200
    assert not CleanDelivery.objects.exists()


def test_every_link_that_is_opened_is_written_down_once(clean: Artifact, client: Client) -> None:
    now = timezone.now()
    path = artifact_path(clean, now=now)
    client.head(path)
    assert opened() == []
    client.get(path, REMOTE_ADDR="192.0.2.7")
    for part in ("bytes=0-1", "bytes=2-9"):  # a player that seeks
        client.get(path, headers={"range": part}, REMOTE_ADDR="192.0.2.7")
    assert opened() == ["192.0.2.7"]
    client.get(path, REMOTE_ADDR="2001:db8::2")
    assert opened() == ["2001:db8::2", "192.0.2.7"]
    client.get(artifact_path(clean, now=now + timedelta(minutes=1)), REMOTE_ADDR="192.0.2.7")
    assert len(opened()) == 3


def test_a_file_whose_line_cannot_be_written_is_not_handed_out(
    clean: Artifact, client: Client
) -> None:
    path = artifact_path(clean, now=timezone.now())
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute(
            "alter table generation_cleandelivery"
            " add constraint disk_is_full check (id < 0) not valid"
        )
    response: Any = client.get(path)
    assert response.status_code == 500
    assert b"PNG" not in response.content


@pytest.mark.parametrize(
    "statement",
    [
        "delete from generation_cleandelivery",
        "update generation_cleandelivery set email = 'x'",
        "update generation_cleandelivery set recorded_at = '2020-01-01'",
        "truncate generation_cleandelivery",
    ],
)
def test_not_even_the_owner_changes_it(clean: Artifact, statement: str) -> None:
    with pytest.raises(Error, match="clean deliver"), transaction.atomic():
        connection.cursor().execute(statement)
    assert CleanDelivery.objects.count() == 1


@pytest.mark.parametrize("table", ["cleandelivery", "labellingacceptance", "labellingtext"])
@pytest.mark.parametrize(
    "statement",
    [
        "delete from generation_{}",
        "truncate generation_{}",
        "alter table generation_{} disable trigger all",
        "drop table generation_{}",
    ],
)
def test_the_application_deletes_nothing(clean: Artifact, table: str, statement: str) -> None:
    older(RETENTION_DAYS + 400)
    with (
        application(),
        pytest.raises(Error, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


def test_the_application_writes_and_reads_it(clean: Artifact, client: Client) -> None:
    with application():
        client.get(artifact_path(clean, now=timezone.now()))
        assert len(opened()) == 1


def test_a_line_cannot_be_written_older_than_it_is(clean: Artifact) -> None:
    first = CleanDelivery.objects.get()
    first.pk, first.link, first.event = None, "x", "opened"
    first.recorded_at = datetime(2020, 1, 1, tzinfo=NOON.tzinfo)
    first.save(force_insert=True)
    first.refresh_from_db()
    assert first.recorded_at.year > 2020


def test_only_what_is_old_enough_is_purged(
    clean: Artifact, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="183"):
        call_command("clean_deliveries", "purge", "--days", "182")
    older(RETENTION_DAYS - 1)
    call_command("clean_deliveries", "purge")
    assert CleanDelivery.objects.count() == 1
    older(2)
    with application(), pytest.raises(CommandError, match="permission denied"):
        call_command("clean_deliveries", "purge")
    call_command("clean_deliveries", "purge")
    assert CleanDelivery.objects.count() == 0
    assert capsys.readouterr().out.splitlines() == ["0 lines purged.", "1 lines purged."]


def test_it_is_exported(clean: Artifact, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    call_command("clean_deliveries", "export", "--out", str(file))
    head, line = file.read_text(encoding="utf-8-sig").splitlines()
    told = dict(zip(head.split(","), line.split(","), strict=True))
    assert (told["event"], told["email"]) == ("delivered", "anna@example.com")
    assert told["sha256"] == clean.sha256
    call_command("clean_deliveries", "export", "--until", "2026-01-01", "--out", str(file))
    assert len(file.read_text().splitlines()) == 1


def test_the_desk_reads_it_and_no_more(clean: Artifact) -> None:
    owner = User.objects.create_superuser("owner@example.com", "a-good-long-password")
    desk = Client()
    desk.force_login(owner)
    line = CleanDelivery.objects.get()
    listed = reverse("admin:generation_cleandelivery_changelist")
    assert "anna@example.com" in desk.get(listed).content.decode()
    chosen = {"_selected_action": [str(line.pk)]}
    csv = desk.post(listed, {"action": "export", **chosen})
    assert line.sha256 in csv.content.decode()
    assert desk.get(reverse("admin:generation_cleandelivery_add")).status_code == 403
    delete = reverse("admin:generation_cleandelivery_delete", args=[line.pk])
    assert desk.post(delete, {"post": "yes"}).status_code == 403
    desk.post(listed, {"action": "delete_selected", "post": "yes", **chosen})
    change = reverse("admin:generation_cleandelivery_change", args=[line.pk])
    desk.post(change, {"email": "x@example.com"})
    assert CleanDelivery.objects.get().email == "anna@example.com"
    owner.is_superuser = False
    owner.save()
    owner.user_permissions.add(Permission.objects.get(codename="view_job"))
    assert desk.get(listed).status_code == 403

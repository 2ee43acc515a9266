"""Moderation at the desk: the queue, the decision with its reason, lists checked before import."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from generation.errors import ModerationBlocked
from generation.models import BlockedPicture, Decision, RuleList, Verdict
from generation.services import rule_lists
from generation.services.appeals import appeal
from tests.desk.test_drafts import may
from tests.jobs_by_hand import NOON, Submit

RULES = "id,pattern,category,action\nmine,purple fox,other,block\n"


def page(model: str, verb: str, *args: object) -> str:
    return reverse(f"admin:generation_{model}_{verb}", args=args)


def csv(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", text.encode(), content_type="text/csv")


@pytest.fixture
def appealed(rich_anna: User, submit: Submit) -> Verdict:
    """A refusal that Anna asks a person to look at."""
    with pytest.raises(ModerationBlocked):
        submit(rich_anna, params={"prompt": "a <b>hardcore sex</b> film poster"})
    verdict = Verdict.objects.get()
    return appeal(user=rich_anna, verdict_id=verdict.id, text="it is <i>a title</i>", now=NOON)


def test_a_decision_from_the_queue(appealed: Verdict, paula: User) -> None:
    client = may(paula, "view_verdict", "change_verdict")
    assert "rich" not in client.get(page("verdict", "changelist")).text
    listed = client.get(page("verdict", "changelist"), {"review": "waiting"})
    assert "sexual-explicit" in listed.text
    shown = client.get(page("verdict", "decide", appealed.pk)).text
    assert "<mark>hardcore sex</mark>" in shown
    assert "&lt;b&gt;" in shown
    assert "it is &lt;i&gt;a title&lt;/i&gt;" in shown
    missing = client.post(page("verdict", "decide", appealed.pk), {"outcome": "uphold"})
    assert "This field is required." in missing.text
    client.post(
        page("verdict", "decide", appealed.pk),
        {"outcome": "allow_once", "reason": "context", "note": "a title"},
    )
    decision = Decision.objects.get()
    assert (decision.outcome, decision.by, decision.note) == ("allow_once", paula, "a title")
    again = client.post(
        page("verdict", "decide", appealed.pk), {"outcome": "uphold", "reason": "rules"}
    )
    assert "Nothing waits here." in again.text


def test_who_may_only_look_cannot_decide(appealed: Verdict, quinn: User) -> None:
    client = may(quinn, "view_verdict")
    url = page("verdict", "decide", appealed.pk)
    assert client.post(url, {"outcome": "uphold", "reason": "rules"}).status_code == 403
    assert client.get(page("rulelist", "import_file")).status_code == 403
    assert Decision.objects.count() == 0


def imported(client: Client, text: str, model: str = "rulelist", **more: str) -> str:
    url = page(model, "import_file")
    return str(client.post(url, {"file": csv(text), **more}, follow=True).content.decode())


def test_rules_are_checked_first_imported_then_published(paula: User) -> None:
    client = may(paula, "view_rulelist", "add_rulelist", "change_rulelist")
    faulty = imported(client, RULES + "x,,other,explode\n", check="1")
    assert "line 3, action: must be one of block, review, log, allow" in faulty
    assert "line 3, pattern: is empty" in faulty
    checked = imported(client, RULES, check="1")
    assert "New: 1" in checked
    unseen = imported(client, RULES, confirm="1")  # not the file that was checked
    assert RuleList.objects.count() == 0
    assert "New: 1" in unseen
    digest = checked.partition('name="checked" value="')[2].partition('"')[0]
    assert imported(client, RULES + "two,green fox,other,log\n", confirm="1", checked=digest)
    assert RuleList.objects.count() == 0
    imported(client, RULES, confirm="1", checked=digest, note="foxes")
    made = RuleList.objects.get()
    assert (made.version, made.note, made.made_by, made.published_at) == (1, "foxes", paula, None)
    assert rule_lists.book().version == 0
    client.post(page("rulelist", "publish", made.pk), {"reason": "season"})
    assert rule_lists.book().version == 1
    made.refresh_from_db()
    assert (made.published_by, made.reason) == (paula, "season")
    exported = client.get(page("rulelist", "export", made.pk)).content
    assert rule_lists.preview_rules(exported).faults == ()
    assert client.get(page("rulelist", "change", made.pk)).status_code == 200
    assert b"purple fox" in client.get(page("rulelist", "export_in_force")).content


def test_forbidden_pictures_are_imported_and_taken_off(paula: User) -> None:
    client = may(paula, "view_blockedpicture", "add_blockedpicture", "change_blockedpicture")
    text = f"pdq,category,note\n{'1a' * 32},gore,case 7\n"
    checked = imported(client, text, "blockedpicture", check="1")
    digest = checked.partition('name="checked" value="')[2].partition('"')[0]
    imported(client, text, "blockedpicture", confirm="1", checked=digest)
    row = BlockedPicture.objects.get()
    assert (row.note, row.listed_by) == ("case 7", paula)
    assert "1a1a" in client.get(page("blockedpicture", "take_off", row.pk)).text
    row.refresh_from_db()
    assert row.removed_at is None
    client.post(page("blockedpicture", "take_off", row.pk), {"reason": "mistaken"})
    row.refresh_from_db()
    assert row.removed_at is not None


@pytest.mark.django_db
def test_the_command_says_line_by_line_what_is_wrong(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path_factory.mktemp("lists") / "rules.csv"
    file.write_text(RULES + "x,,other,explode\n")
    with pytest.raises(CommandError, match="line 3, pattern: is empty"):
        call_command("import_rules", str(file))
    file.write_text(RULES)
    call_command("import_rules", str(file), "--check")
    assert RuleList.objects.count() == 0
    call_command("import_rules", str(file), "--publish", "season")
    assert rule_lists.book().version == 1
    assert "version 1: in force" in capsys.readouterr().out
    hashes = tmp_path_factory.mktemp("lists") / "hashes.csv"
    hashes.write_text(f"pdq,category\n{'2b' * 32},gore\n")
    call_command("import_hashes", str(hashes))
    assert BlockedPicture.objects.count() == 1

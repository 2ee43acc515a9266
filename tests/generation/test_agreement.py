"""The labelling agreement, and what it does to the brand mark of the next job."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import Error, connection, transaction
from pytest_django import Settings

from accounts.errors import InvalidRequest
from accounts.models import User
from generation.labelling import LANGUAGES, read_agreement
from generation.models import LabellingAcceptance, LabellingText
from generation.selectors.agreements import present_agreement, standing_of
from generation.services.agreements import accept_labelling
from generation.services.quotes import preview_price
from tests.jobs_by_hand import NOON, Submit, claimed, deliver
from tests.members import agrees, on_gold

pytestmark = pytest.mark.django_db


@pytest.fixture
def gold_anna(anna: User, catalogue: None) -> User:
    """Anna, on gold, with the month's points and nothing accepted."""
    return on_gold(anna)


@pytest.fixture
def own_text(tmp_path: Path) -> Path:
    """A folder with an operator's own agreement."""
    for language in LANGUAGES:
        (tmp_path / f"labelling.{language}.txt").write_text("Ours\n\n1. Label it.")
    return tmp_path


def test_the_mark_goes_with_the_acceptance(gold_anna: User, submit: Submit) -> None:
    before = submit(gold_anna)
    agrees(gold_anna)
    after = submit(gold_anna)
    before.refresh_from_db()
    assert (before.brand_mark, before.agreement) == (True, "")
    assert (after.brand_mark, after.agreement) == (False, present_agreement().version)


def test_the_price_says_what_is_missing(gold_anna: User) -> None:
    def preview() -> tuple[bool, bool]:
        shown = preview_price(user=gold_anna, kind="image", params={}, now=NOON)
        return shown.brand_mark, shown.waits_for_agreement

    assert preview() == (True, True)
    agrees(gold_anna)
    assert preview() == (False, False)


def test_free_points_keep_the_mark(rich_anna: User, submit: Submit) -> None:
    agrees(on_gold(rich_anna))
    assert submit(rich_anna).brand_mark  # today's free points are burnt first
    video = {"kind": "video", "now": NOON + timedelta(days=2)}
    assert not submit(rich_anna, **video).brand_mark


def test_without_the_perk_the_agreement_does_nothing(rich_anna: User, submit: Submit) -> None:
    agrees(rich_anna)
    assert submit(rich_anna).brand_mark
    shown = preview_price(user=rich_anna, kind="image", params={}, now=NOON)
    assert (shown.brand_mark, shown.waits_for_agreement) == (True, False)


def test_a_removed_perk_marks_the_next_job(gold_anna: User, submit: Submit) -> None:
    agrees(gold_anna)
    last = NOON + timedelta(days=29)
    after_its_end = NOON + timedelta(days=32)  # the points have seven days' grace
    assert not submit(gold_anna, now=last).brand_mark
    deliver(claimed(last), last)
    assert submit(gold_anna, now=after_its_end).brand_mark


def test_a_new_text_asks_again(
    gold_anna: User, submit: Submit, settings: Settings, own_text: Path
) -> None:
    agrees(gold_anna)
    settings.LABELLING_AGREEMENT_DIR = own_text
    assert submit(gold_anna).brand_mark
    standing = standing_of(gold_anna)
    assert (standing.accepted, standing.earlier) == (False, True)
    agrees(gold_anna)
    assert not submit(gold_anna).brand_mark
    assert LabellingText.objects.count() == 2


def test_what_is_written_down(gold_anna: User) -> None:
    agrees(gold_anna, address="2001:db8::1")
    agrees(gold_anna, address="192.0.2.9", now=NOON + timedelta(days=1))  # again is the same
    row = LabellingAcceptance.objects.get()
    assert (row.user_id, row.language, row.accepted_at) == (gold_anna.id, "en", NOON)
    assert row.address == "2001:db8::1"
    assert row.text.texts == dict(present_agreement().texts)


@pytest.mark.parametrize("said", [False, None, "true", 1, "yes"])
def test_only_true_accepts(gold_anna: User, said: object) -> None:
    with pytest.raises(InvalidRequest):
        accept_labelling(user=gold_anna, accept=said, language="en", address=None, now=NOON)
    assert not LabellingAcceptance.objects.exists()


def test_a_version_that_is_out_of_date_is_not_accepted(gold_anna: User) -> None:
    with pytest.raises(InvalidRequest) as refused:
        accept_labelling(
            user=gold_anna, accept=True, version="0" * 12, language="en", address=None, now=NOON
        )
    assert refused.value.fields == {"version": f"now {present_agreement().version}"}
    assert not LabellingAcceptance.objects.exists()


@pytest.mark.parametrize("table", ["labellingacceptance", "labellingtext"])
@pytest.mark.parametrize("change", ["delete from {}", "update {} set {} = {}"])
def test_what_was_agreed_cannot_be_changed(gold_anna: User, table: str, change: str) -> None:
    agrees(gold_anna)
    column = "address" if table == "labellingacceptance" else "texts"
    statement = change.format(f"generation_{table}", column, column)
    with (
        pytest.raises(Error, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_no_text_changes_without_its_version(own_text: Path, tmp_path: Path) -> None:
    built_in = read_agreement(settings.LABELLING_AGREEMENT_DIR)
    assert built_in.version != read_agreement(own_text).version
    assert built_in.text("zh-hans").startswith("标识协议")
    assert built_in.text("fr") == built_in.text("en")
    for text in built_in.texts.values():
        assert "183" in text
    (own_text / "labelling.en.txt").write_text(" ")
    read_agreement.cache_clear()
    with pytest.raises(ValueError, match="empty"):
        read_agreement(own_text)

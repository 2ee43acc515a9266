"""The statement: every line explains itself, older ones are a click away."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from billing.ledger import corrections
from billing.ledger import selectors as reads
from billing.ledger import services as ledger
from billing.portal.lines import lines_of
from billing.services.wallets import wallet_for
from generation.services.jobs import cancel_job
from tests.jobs_by_hand import NOON, Submit, claimed, deliver
from tests.portal.conftest import Visitor
from tests.portal.pages import page_of


def test_a_picture_in_three_lines(annas: Client, rich_anna: User, submit: Submit) -> None:
    job = submit(rich_anna)
    deliver(claimed())
    page = page_of(annas.get("/statement/"))
    spent, held, given = (
        page.text.index(words) for words in ("Spent on a job", "Held for a job", "+66.00")
    )
    assert spent < held < given
    assert len(page.all("a", href=f"/jobs/{job.id}/")) == 2
    assert "−0.20 +0.20" in page.text
    assert "0.20 Daily points" in page.text


def test_a_release_says_not_charged(annas: Client, rich_anna: User, submit: Submit) -> None:
    cancel_job(user=rich_anna, job_id=submit(rich_anna).id, now=NOON)
    text = page_of(annas.get("/statement/")).text
    assert "Returned, not charged" in text
    assert "+0.20 −0.20" in text


LATER = NOON + timedelta(days=1)


def test_every_kind_of_line_is_in_words(annas: Client, rich_anna: User, bert: User) -> None:
    """Waiting, beginning, going back, disputes, corrections and moves between wallets."""
    wallet_id = wallet_for(user=rich_anna, now=NOON)
    others_id = wallet_for(user=bert, now=NOON)
    with transaction.atomic():
        coins_id = ledger.open_wallet(unit="coin", now=NOON)
        corrections.publish_rate(
            from_unit="point", to_unit="coin", numerator=1, denominator=2, starts_at=NOON
        )
        bought = _bought(wallet_id, "one", NOON)
        corrections.freeze(wallet_id=wallet_id, lot_id=bought, key="f", now=NOON)
        corrections.unfreeze(wallet_id=wallet_id, lot_id=bought, key="u", now=NOON)
        corrections.adjust(
            wallet_id=wallet_id,
            amount_cp=1,
            key="a",
            reason="a wrong gift",
            actor="staff",
            now=NOON,
        )
        for key, to_id in (("t", others_id), ("c", coins_id)):
            corrections.transfer(
                wallet_id=wallet_id, to_wallet_id=to_id, amount_cp=100, key=key, now=NOON
            )
        corrections.clawback(
            wallet_id=wallet_id, lot_id=bought, amount_cp=1_000_00, key="cb", now=NOON
        )
        _bought(wallet_id, "two", LATER)
        ledger.expire(wallet_id=wallet_id, now=LATER)
    text = page_of(annas.get("/statement/")).text
    said = [
        "Began: points that waited for their month",
        "Nothing of it can be spent yet: it waits for its start, or it settled what you owed.",
        "Taken back with the money",
        "the next points you buy settle it first",
        "Moved, converted to another unit",
        "Moved to another wallet",
        "Correction by the operator",
        "Reason: a wrong gift",
        "Free again after the dispute",
        "Frozen while a payment is disputed",
    ]
    places = [text.index(words) for words in said]
    assert places == sorted(places)
    assert "Received from another wallet" in lines_text(others_id)
    assert "Received, converted from another unit" in lines_text(coins_id)


def _bought(wallet_id: int, key: str, starts_at: datetime) -> int:
    granted = ledger.grant(
        wallet_id=wallet_id,
        amount_cp=1_000_00,
        source="topup",
        paid=True,
        starts_at=starts_at,
        expires_at=starts_at + timedelta(days=700),
        key=key,
        reference=f"topup:{key}",
        now=NOON,
    )
    return granted.lot_id


def lines_text(wallet_id: int) -> str:
    """What the owner of a wallet would read."""
    return " ".join(row.kind for row in lines_of(reads.statement(wallet_id=wallet_id)))


def test_older_lines(
    annas: Client, rich_anna: User, submit: Submit, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        submit(rich_anna)
        deliver(claimed())
    with django_assert_max_num_queries(14):
        first = page_of(annas.get("/statement/"))
    older = first.all("a", rel="next")[0]["href"]
    assert "+66.00" not in first.text
    second = page_of(annas.get(f"/statement/{older}"))
    assert "+66.00" in second.text
    assert not second.all("a", rel="next")
    assert len(first.all("tr")) + len(second.all("tr")) == 2 + 41


@pytest.mark.parametrize("before", ["x", "-1", "1.5", "9" * 40, "²"])
def test_a_page_that_cannot_be(annas: Client, before: str) -> None:
    assert annas.get("/statement/", {"before": before}).status_code == 404


def test_it_teaches_while_it_is_empty(anna: User, catalogue: None, as_user: Visitor) -> None:
    assert "No lines yet" in page_of(as_user(anna).get("/statement/")).text

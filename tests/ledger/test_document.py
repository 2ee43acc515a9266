"""docs/ledger.md tells what the ledger writes."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from billing.ledger import services
from billing.ledger.models import Entry, Lot, Transaction
from billing.types import format_points
from tests.ledger.people import DAY, HOUR, NOON, give, set_aside

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ledger.md"
MIDNIGHT = NOON + 12 * HOUR


@pytest.mark.django_db
def test_the_day_in_the_document_is_what_the_ledger_holds(alice: int) -> None:
    give(alice, 6600, source="daily", paid=False, expires_at=MIDNIGHT)
    give(alice, 10000, source="topup", expires_at=NOON + 730 * DAY)
    clip = set_aside(alice, 1000)
    services.release(wallet_id=alice, hold_id=clip.hold_id, key="clip", now=NOON)
    clips = set_aside(alice, 7000)
    services.capture(
        wallet_id=alice, hold_id=clips.hold_id, key="clips", amount_cp=5000, now=NOON + HOUR
    )
    services.expire(wallet_id=alice, now=MIDNIGHT + timedelta(seconds=1))

    sources = dict(Lot.objects.filter(wallet_id=alice).values_list("id", "source"))
    written = [
        (
            str(made.version),
            made.kind,
            entry.account,
            sources[entry.lot_id],
            points(entry.amount_cp),
        )
        for made in Transaction.objects.filter(wallet_id=alice).order_by("version")
        for entry in Entry.objects.filter(wallet_id=alice, transaction_id=made.id).order_by("line")
    ]
    told = re.findall(
        r"^\| (\d+) \| (\w+) \| (\w+) \| (\w+) \| (-?\d+) \|$", PAGE.read_text(), re.M
    )
    assert told == written


def points(amount_cp: int) -> str:
    """Whole points as the page writes them."""
    return format_points(amount_cp).removesuffix(".00")

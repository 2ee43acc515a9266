"""The farm gets less than 3 % of what it would without gates; a thousand people lose nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import Review
from billing.ledger.models import Lot
from billing.selectors.wallets import wallet_id_of
from tests.abuse import farm

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # nine in the morning in Shanghai
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "abuse.md"


@pytest.fixture
def hasty(transactional_db: None) -> Iterator[None]:
    """Thousands of commits that need not outlive a power cut."""
    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit = off")
        yield
        cursor.execute("reset synchronous_commit")


def wallet_cp(who: farm.Applicant) -> int:
    """Hundredths of points that the ledger has given to an applicant."""
    wallet_id = wallet_id_of(who.user) if who.user is not None else None
    lots = Lot.objects.filter(wallet_id=wallet_id) if wallet_id else Lot.objects.none()
    return sum(lots.values_list("granted_cp", flat=True))


@pytest.mark.usefixtures("hasty", "catalogue")
def test_a_farm_of_1699_among_1000_people() -> None:
    farmers, people = farm.farm(), farm.offices()
    farm.run([*farmers, *people], START)
    lines = farm.table([*farmers, *people])
    print("\n".join(lines))  # noqa: T201  # what docs/abuse.md shows

    without = sum(who.without_gates_cp for who in farmers)
    assert sum(who.granted_cp for who in farmers) * 100 < 3 * without
    for who in people:
        assert who.granted_cp == who.without_gates_cp, who
        assert not who.refused, who
        assert not who.steps["card"], who
    assert Review.objects.exists()
    assert not set(Review.objects.values_list("user", flat=True)) & {
        who.user.pk for who in people if who.user is not None
    }
    for who in filter(lambda each: each.whole, [*farmers, *people]):
        assert wallet_cp(who) == who.granted_cp, who
    document = DOCUMENT.read_text()
    assert [line for line in lines if line not in document] == []

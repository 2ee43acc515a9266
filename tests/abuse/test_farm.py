"""The farm gets less than 3 % of what it would without gates; a thousand people lose nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts.models import Review
from tests.abuse import farm

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # nine in the morning in Shanghai
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "abuse.md"


@pytest.mark.django_db
def test_a_farm_of_1699_among_1000_people(catalogue: None) -> None:
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
    document = DOCUMENT.read_text()
    assert [line for line in lines if line not in document] == []

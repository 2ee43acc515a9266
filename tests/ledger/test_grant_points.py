"""`manage.py grant_points`: points by e-mail address, in the ledger like any other."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from billing.ledger import selectors
from billing.selectors.wallets import wallet_id_of

pytestmark = pytest.mark.django_db(transaction=True)


def give(**changes: str) -> str:
    """What the command printed."""
    out = StringIO()
    options = {"email": "alice@example.org", "points": "12.50", "reason": "thanks", "days": "7"}
    call_command(
        "grant_points", *(f"--{k}={v}" for k, v in (options | changes).items()), stdout=out
    )
    return out.getvalue()


def test_it_gives_points_that_live_some_days() -> None:
    alice = User.objects.create_user(email="alice@example.org", password="correct horse battery")
    assert "has 12.50 now" in give()
    wallet_id = wallet_id_of(alice)
    assert wallet_id is not None
    (lot,) = selectors.lots(wallet_id=wallet_id, now=timezone.now())
    assert (lot.source, lot.paid, lot.remaining_cp) == ("adjustment", False, 1250)
    assert lot.expires_at is not None
    assert (lot.expires_at - lot.starts_at).days == 7


@pytest.mark.parametrize(
    "change",
    [
        {"points": "a few"},
        {"points": "0.001"},
        {"points": "-1"},
        {"points": "Infinity"},
        {"days": "0"},
        {"reason": " "},
        {"source": "Top Up"},
        {"email": "nobody@example.org"},
    ],
)
def test_it_refuses_in_words(change: dict[str, str]) -> None:
    User.objects.create_user(email="alice@example.org", password="correct horse battery")
    with pytest.raises(CommandError):
        give(**change)

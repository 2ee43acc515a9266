"""The nightly proof pauses what is broken and leaves the rest alone."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from billing.ledger import corrections, nightly, services
from billing.ledger.errors import WalletPaused
from tests.ledger.people import DAY, NOON, give, set_aside


@pytest.mark.django_db(transaction=True)
def test_a_broken_wallet_is_paused_and_the_alarm_rings(
    alice: int, bob: int, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction.atomic():
        give(alice, 100)
        give(bob, 100)
        hold_id = set_aside(alice, 30).hold_id
    assert nightly.prove(now=NOON + 36500 * DAY) == []
    with connection.cursor() as cursor:
        cursor.execute("update ledger_wallet set held_cp = 31 where id = %s", [alice])
    breaches = nightly.prove(now=NOON + 36500 * DAY)
    assert {breach.wallet_id for breach in breaches} == {alice}
    assert "CRITICAL" in caplog.text
    with pytest.raises(WalletPaused), transaction.atomic():
        services.capture(wallet_id=alice, hold_id=hold_id, key="done", now=NOON)
    with transaction.atomic():
        assert give(bob, 1).available_cp == 101
    with connection.cursor() as cursor:
        cursor.execute("update ledger_wallet set held_cp = 30 where id = %s", [alice])
    with transaction.atomic():
        corrections.pause(wallet_ids=[alice], paused=False)
        services.capture(wallet_id=alice, hold_id=hold_id, key="done", now=NOON)

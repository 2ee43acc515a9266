"""66 points, once per user and server day."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from accounts.errors import EmailUnverified
from accounts.models import User
from billing.errors import AlreadyClaimed, ChangeInProgress
from billing.ledger import corrections
from billing.selectors.wallets import overview
from billing.services import daily_points
from billing.services.wallets import wallet_for
from tests.conftest import Person
from tests.races import at_once

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # noon in Shanghai
MIDNIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # the points day turns


def test_a_claim_gives_66_points_until_midnight_in_shanghai(anna: User) -> None:
    lot = daily_points.claim(user=anna, now=NOON)
    assert (lot.amount_cp, lot.expires_at) == (6600, MIDNIGHT)
    wallet = overview(user=anna, now=NOON)
    assert (wallet.available_cp, wallet.next_claim_at, wallet.claimable) == (6600, MIDNIGHT, False)


def test_the_second_claim_of_a_day_is_refused(anna: User) -> None:
    daily_points.claim(user=anna, now=NOON)
    with pytest.raises(AlreadyClaimed) as refused:
        daily_points.claim(user=anna, now=MIDNIGHT - timedelta(microseconds=1))
    assert refused.value.facts == {"next_claim_at": "2026-11-23T16:00:00Z"}
    assert overview(user=anna, now=NOON).available_cp == 6600


def test_the_next_day_gives_66_again_and_the_old_ones_are_gone(anna: User) -> None:
    daily_points.claim(user=anna, now=NOON)
    assert overview(user=anna, now=MIDNIGHT).available_cp == 0
    assert overview(user=anna, now=MIDNIGHT).claimable
    daily_points.claim(user=anna, now=MIDNIGHT)
    assert overview(user=anna, now=MIDNIGHT).available_cp == 6600


def test_without_a_verified_address_there_is_nothing(person: Person) -> None:
    carl = person("carl", verified=False)
    with pytest.raises(EmailUnverified):
        daily_points.claim(user=carl, now=NOON)
    assert not daily_points.claim_on_sign_in(user=carl, now=NOON)
    assert overview(user=carl, now=NOON).available_cp == 0
    assert not overview(user=carl, now=NOON).claimable


@pytest.mark.django_db(transaction=True)
def test_a_hundred_sign_ins_at_once_grant_once(anna: User) -> None:
    sign_in = partial(daily_points.claim_on_sign_in, user=anna, now=NOON)
    results = at_once([sign_in for _ in range(100)])
    assert sorted(map(str, results)) == ["False"] * 99 + ["True"]
    assert overview(user=anna, now=NOON).available_cp == 6600


def test_a_wallet_that_is_looked_into_gets_none_and_its_owner_signs_in(anna: User) -> None:
    wallet_id = wallet_for(user=anna, now=NOON)
    corrections.pause(wallet_ids=[wallet_id], paused=True)
    with pytest.raises(ChangeInProgress):
        daily_points.claim(user=anna, now=NOON)
    assert not daily_points.claim_on_sign_in(user=anna, now=NOON)
    corrections.pause(wallet_ids=[wallet_id], paused=False)
    assert daily_points.claim(user=anna, now=NOON).amount_cp == 6600

"""The shop for Stripe itself, tried on the stand-in: no story rots while nobody has a key.

What passes here shows that the shop's own calls fit the API's types, not that Stripe agrees.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from _pytest.outcomes import Skipped
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.calendar_months import add_months
from billing.errors import PaymentDeclined
from billing.models import MembershipPeriod, Notice
from billing.selectors.memberships import membership_of
from billing.services import memberships
from tests.billing.real_stripe import RealShop, open_real_shop, real_key
from tests.billing.shop import TEN_YUAN, gold
from tests.servers.stripe.launch import StripeServer


@pytest.fixture
def real(stand_in: StripeServer, settings: Settings, transactional_db: None) -> Iterator[RealShop]:
    """A RealShop that knows nothing of the stand-in but its address."""
    stand_in.control.reset()
    settings.STRIPE_API_BASE = stand_in.base_url
    yield from open_real_shop()
    assert stand_in.control.violations() == []


def test_a_membership_is_bought_renewed_and_ended(real: RealShop, anna: User) -> None:
    real.welcome(anna)
    order = real.buy(anna, gold())
    assert (order.state, real.points(anna)) == ("paid", 660_00)
    real.pass_months(anna, 2, hours=2)
    assert MembershipPeriod.objects.count() == 3
    memberships.cancel_membership(user=anna, now=real.now)
    real.pass_months(anna, 3, hours=2)
    assert membership_of(user=anna, now=real.now) is None
    assert [row["total"] for row in real.control.objects("invoice")] == [66_00] * 3
    real.settled()


def test_an_upgrade_and_a_change_at_renewal(real: RealShop, anna: User) -> None:
    real.welcome(anna)
    real.buy(anna, gold(period="quarter"))
    for plan, when in (("diamond", "now"), ("platinum", "renewal")):
        memberships.change_membership(user=anna, plan=plan, period="month", when=when, now=real.now)
        real.deliver()
    assert real.points(anna) == 660_00 + 8_000_00
    real.pass_to(anna, add_months(real.now, 1))
    real.pass_time(anna, hours=2)
    assert real.membership(anna).plan_price.plan.code == "platinum"
    real.settled()


def test_a_card_that_fails_at_renewal(real: RealShop, anna: User) -> None:
    real.welcome(anna)
    real.buy(anna, gold(), "card_renewals_fail")
    with pytest.raises(PaymentDeclined):
        memberships.change_membership(
            user=anna, plan="diamond", period="month", when="now", now=real.now
        )
    real.pass_months(anna, 1, hours=2)
    assert real.membership(anna).status == "past_due"
    assert Notice.objects.filter(kind="renewal_failed").exists()
    assert real.points(anna) == 660_00


def test_what_stripe_cannot_tell_is_skipped_with_the_reason(real: RealShop, anna: User) -> None:
    real.welcome(anna)
    order = real.order(anna, TEN_YUAN)
    for call, why in (
        (lambda: real.pay(order), "cannot press the button"),
        (lambda: real.order(anna, gold("alipay")), "need a person at the page"),
        (lambda: real.control.resend("evt_1"), "needs the stand-in's POST /events/evt_1/resend"),
        (lambda: real.control.objects("refund"), "counts every refund"),
    ):
        with pytest.raises(Skipped, match=why):
            call()
    real.now = add_months(real.now, 1)
    with pytest.raises(Skipped, match="months ahead"):
        real.order(anna, gold())


@pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1", "whatever"])
def test_a_key_that_moves_money_stops_the_run(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("STRIPE_TEST_KEY", key)
    with pytest.raises(pytest.UsageError):
        real_key()

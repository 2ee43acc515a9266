"""Memberships by card: a subscription that renews, changes, fails and ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from rest_framework.test import APIClient

from accounts.models import User
from billing.calendar_months import PERIOD_MONTHS, add_months
from billing.errors import (
    ChangeInProgress,
    MembershipExists,
    MembershipPastDue,
    OnlyAtRenewal,
    PaymentDeclined,
)
from billing.ledger.models import Lot
from billing.models import MembershipChange, MembershipPeriod, Notice, Order
from billing.selectors.entitlements import entitlements
from billing.selectors.memberships import membership_of
from billing.services import memberships
from billing.services.choices import Choice
from tests.billing.shop import Shop, gold


def by_card(plan: str, period: str = "month") -> Choice:
    """A plan, paid by card."""
    return Choice(plan=plan, period=period, method="card")


MONTHLY_CP = {"gold": 660_00, "platinum": 3_000_00, "diamond": 8_000_00}


def plan_of(shop: Shop, user: User) -> str:
    """The plan whose perks the user has now."""
    wallet_id = shop.membership(user).wallet_id
    return entitlements(wallet_id=wallet_id, now=shop.now).plan


@pytest.mark.parametrize("plan", ["gold", "platinum", "diamond"])
@pytest.mark.parametrize("period", list(PERIOD_MONTHS))
def test_each_of_the_twelve(shop: Shop, anna: User, plan: str, period: str) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, by_card(plan, period))
    assert order.state == "paid"
    assert shop.points(anna) == MONTHLY_CP[plan]
    view = membership_of(user=anna, now=shop.now)
    assert view is not None
    assert (view.plan, view.period, view.status, view.renews) == (plan, period, "active", True)
    assert view.current_period_end == add_months(shop.start, PERIOD_MONTHS[period])
    assert plan_of(shop, anna) == plan
    shop.settled()


@pytest.mark.parametrize(
    ("period", "invoices"), [("month", 13), ("quarter", 5), ("half_year", 3), ("year", 2)]
)
def test_a_year_on_a_clock(shop: Shop, anna: User, period: str, invoices: int) -> None:
    """A year and two hours: the first payment and every renewal, a lot every month."""
    shop.welcome(anna)
    shop.buy(anna, gold(period=period))
    for month in range(1, 13):
        shop.pass_months(anna, month, hours=2)
        shop.deliver()
    assert MembershipPeriod.objects.count() == invoices
    wallet_id = shop.membership(anna).wallet_id
    starts = list(
        Lot.objects.filter(wallet_id=wallet_id)
        .order_by("starts_at")
        .values_list("starts_at", flat=True)[:13]
    )
    assert starts == [add_months(shop.start, month) for month in range(13)]
    assert set(Lot.objects.filter(wallet_id=wallet_id).values_list("granted_cp", flat=True)) == {
        660_00
    }
    assert plan_of(shop, anna) == "gold"
    shop.settled()


def test_upgrade_now_is_a_fresh_full_price_period_and_old_lots_stay(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    shop.pass_time(anna, days=10)
    memberships.change_membership(
        user=anna, plan="platinum", period="month", when="now", now=shop.now
    )
    assert shop.points(anna) == 660_00 + 3_000_00
    assert shop.membership(anna).current_period_end_at == add_months(shop.now, 1)
    assert plan_of(shop, anna) == "platinum"
    shop.deliver()
    assert shop.points(anna) == 660_00 + 3_000_00
    paid = [row.amount_minor for row in MembershipPeriod.objects.order_by("starts_at")]
    assert paid == [66_00, 266_00]
    shop.settled()


def test_upgrade_with_a_card_that_fails_changes_nothing(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold(), "card_renewals_fail")
    with pytest.raises(PaymentDeclined):
        memberships.change_membership(
            user=anna, plan="diamond", period="month", when="now", now=shop.now
        )
    shop.deliver()
    assert (plan_of(shop, anna), shop.points(anna)) == ("gold", 660_00)
    assert MembershipChange.objects.get().state == "failed"
    shop.settled()


@pytest.mark.parametrize("start", ["platinum"])
def test_downgrade_waits_for_the_renewal(shop: Shop, anna: User, start: str) -> None:
    shop.welcome(anna)
    shop.buy(anna, by_card(start))
    with pytest.raises(OnlyAtRenewal):
        memberships.change_membership(
            user=anna, plan="gold", period="month", when="now", now=shop.now
        )
    memberships.change_membership(
        user=anna, plan="gold", period="month", when="renewal", now=shop.now
    )
    shop.deliver()
    view = membership_of(user=anna, now=shop.now)
    assert view is not None
    assert (view.plan, view.next_plan, view.next_amount_minor) == ("platinum", "gold", 66_00)
    shop.pass_months(anna, 1, hours=2)
    shop.deliver()
    assert shop.membership(anna).plan_price.plan.code == "gold"
    assert shop.points(anna) == 3_000_00 + 660_00
    shop.pass_time(anna, days=9)
    assert plan_of(shop, anna) == "gold"
    shop.settled()


def test_cancel_at_period_end_and_resume(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    memberships.cancel_membership(user=anna, now=shop.now)
    view = membership_of(user=anna, now=shop.now)
    assert view is not None
    assert (view.renews, view.cancel_at) == (False, add_months(shop.start, 1))
    memberships.resume_membership(user=anna, now=shop.now)
    view = membership_of(user=anna, now=shop.now)
    assert view is not None
    assert (view.renews, view.cancel_at) == (True, None)
    memberships.cancel_membership(user=anna, now=shop.now)
    shop.deliver()
    shop.pass_months(anna, 1, hours=2)
    shop.deliver()
    assert membership_of(user=anna, now=shop.now) is None
    assert plan_of(shop, anna) == "free"
    # The end of a period ends perks, never lots.
    assert shop.points(anna) == 660_00
    shop.settled()


def test_a_failed_renewal_is_retried_told_and_ends(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold(), "card_renewals_fail")
    shop.pass_months(anna, 1, hours=2)
    shop.deliver()
    view = membership_of(user=anna, now=shop.now)
    assert view is not None
    assert view.status == "past_due"
    assert shop.points(anna) == 660_00
    assert plan_of(shop, anna) == "gold"
    with pytest.raises(MembershipPastDue):
        shop.order(anna, gold("alipay"))
    with pytest.raises(MembershipPastDue):
        shop.order(anna, gold())
    shop.pass_time(anna, days=8)
    shop.deliver()
    assert membership_of(user=anna, now=shop.now) is None
    assert plan_of(shop, anna) == "free"
    told = list(Notice.objects.order_by("id").values_list("kind", flat=True))
    assert told.count("renewal_failed") >= 1
    assert told[-1] == "membership_ended"
    shop.order(anna, gold("alipay"))
    shop.settled()


def test_a_second_membership_cannot_begin(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    for choice in (gold(), by_card("diamond"), gold("alipay")):
        with pytest.raises(MembershipExists):
            shop.order(anna, choice)
    assert Order.objects.count() == 1


def test_over_http(shop: Shop, anna: User, api_of: Callable[[User], APIClient]) -> None:
    api = api_of(anna)
    assert api.get("/api/v1/membership").json() is None
    made = api.post(
        "/api/v1/checkout", {"plan": "gold", "period": "month", "method": "card"}, "json"
    )
    assert made.json()["amount_minor"] == 66_00
    shop.pay(Order.objects.get())
    shop.deliver()
    assert api.get("/api/v1/membership").json()["renews"] is True
    changed = api.post(
        "/api/v1/membership/change",
        {"plan": "diamond", "period": "year", "when": "now"},
        "json",
    ).json()
    assert (changed["plan"], changed["period"]) == ("diamond", "year")
    assert api.post("/api/v1/membership/cancel").json()["renews"] is False
    assert api.post("/api/v1/membership/resume").json()["renews"] is True
    again = api.post("/api/v1/checkout", {"pack": "pack-50", "plan": "gold"}, "json")
    assert again.status_code == 400


@pytest.mark.stand_in_only("a program cannot press the button of Stripe's page")
def test_the_card_is_changed_on_a_page_of_stripes(shop: Shop, anna: User) -> None:
    """The page changes the customer's card; the subscription must follow, or the old one fails."""
    shop.welcome(anna)
    shop.buy(anna, gold(), "card_renewals_fail")
    httpx.post(memberships.card_page(user=anna), data={"button": "card_good"})
    shop.deliver()
    shop.pass_months(anna, 1, hours=2)
    shop.deliver()
    view = membership_of(user=anna, now=shop.now)
    assert view is not None
    assert view.status == "active"
    assert shop.points(anna) == 1320_00
    shop.settled()


def test_two_changes_at_once(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    MembershipChange.objects.create(
        membership=shop.membership(anna), kind="cancel", state="begun", created_at=shop.now
    )
    with pytest.raises(ChangeInProgress):
        memberships.cancel_membership(user=anna, now=shop.now)
    # Left half-way by a process that died: the clock finishes it.
    assert memberships.finish_changes(now=shop.now) == 0
    shop.now += timedelta(minutes=2)
    assert memberships.finish_changes(now=shop.now) == 1
    view = membership_of(user=anna, now=shop.now)
    assert view is not None
    assert not view.renews

"""Prepaid periods by Alipay and WeChat Pay: bought once, ended by the clock."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from accounts.models import User
from billing.calendar_months import PERIOD_MONTHS, add_months
from billing.errors import MembershipExists, NotRenewing
from billing.ledger.models import Lot
from billing.models import MembershipPeriod, Notice
from billing.selectors.entitlements import entitlements
from billing.selectors.memberships import MembershipView, membership_of
from billing.services import memberships
from billing.services.choices import Choice
from tests.billing.shop import Shop, gold


def view_of(shop: Shop, user: User) -> MembershipView:
    """The live membership."""
    view = membership_of(user=user, now=shop.now)
    assert view is not None
    return view


def plan_of(shop: Shop, user: User) -> str:
    """The plan whose perks the user has now."""
    return entitlements(wallet_id=shop.membership(user).wallet_id, now=shop.now).plan


@pytest.mark.parametrize("method", ["alipay", "wechat_pay"])
@pytest.mark.parametrize("period", list(PERIOD_MONTHS))
def test_a_prepaid_period_does_not_renew(shop: Shop, anna: User, method: str, period: str) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, gold(method, period), method)
    assert (order.kind, order.state) == ("prepaid", "paid")
    view = view_of(shop, anna)
    months = PERIOD_MONTHS[period]
    assert (view.plan, view.renews, view.kind) == ("gold", False, "prepaid")
    assert view.current_period_end == add_months(shop.start, months)
    assert view.next_points_at == (add_months(shop.start, 1) if months > 1 else None)
    shop.settled()


def test_the_pay_page_names_what_is_bought(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.order(anna, gold("alipay", "quarter"))
    (session,) = shop.control.objects("checkout.session")
    page = httpx.get(session["url"]).text
    assert "Gold membership, 3 months" in page


def test_a_prepaid_year_is_twelve_lots_and_then_free(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold("alipay", "year"), "alipay")
    for month in range(1, 13):
        assert plan_of(shop, anna) == "gold"
        shop.pass_months(anna, month)
    assert plan_of(shop, anna) == "free"
    wallet_id = shop.membership(anna).wallet_id
    lots = Lot.objects.filter(wallet_id=wallet_id).order_by("starts_at")
    assert [lot.starts_at for lot in lots] == [add_months(shop.start, n) for n in range(12)]
    assert {lot.granted_cp for lot in lots} == {660_00}
    # A lot lives a week beyond its month, whatever became of the membership.
    assert shop.points(anna) == 660_00
    shop.pass_time(anna, days=7)
    assert shop.points(anna) == 0
    shop.settled()


def test_the_same_plan_again_follows_the_first(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold("alipay"), "alipay")
    shop.buy(anna, gold("wechat_pay", "quarter"), "wechat_pay")
    assert view_of(shop, anna).current_period_end == add_months(add_months(shop.start, 1), 3)
    assert shop.points(anna) == 660_00
    shop.pass_months(anna, 1, seconds=1)
    assert (plan_of(shop, anna), shop.points(anna)) == ("gold", 2 * 660_00)
    shop.settled()


def test_a_higher_plan_begins_now_and_what_was_paid_stays(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold("alipay", "quarter"), "alipay")
    shop.pass_time(anna, days=3)
    shop.buy(anna, Choice(plan="diamond", period="month", method="alipay"), "alipay")
    assert plan_of(shop, anna) == "diamond"
    assert shop.points(anna) == 660_00 + 8_000_00
    # Diamond is over before the paid gold months are: gold goes on, and its lots came all along.
    shop.pass_months(anna, 2)
    assert plan_of(shop, anna) == "gold"
    assert MembershipPeriod.objects.count() == 2
    shop.settled()


def test_there_is_no_renewal_to_change_or_cancel(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold("alipay"), "alipay")
    with pytest.raises(NotRenewing):
        memberships.cancel_membership(user=anna, now=shop.now)
    with pytest.raises(NotRenewing):
        memberships.resume_membership(user=anna, now=shop.now)
    with pytest.raises(MembershipExists):
        shop.order(anna, gold())


def test_alipay_delayed_then_good(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.order(anna, gold("alipay"))
    shop.pay(order, "alipay_later")
    shop.deliver()
    order.refresh_from_db()
    assert order.state == "open"
    assert membership_of(user=anna, now=shop.now) is None
    shop.control.settle(order.session_id, good=True)
    shop.deliver()
    assert view_of(shop, anna).plan == "gold"
    assert shop.points(anna) == 660_00
    shop.settled()


def test_alipay_delayed_then_bad(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.order(anna, gold("alipay"))
    shop.pay(order, "alipay_later")
    shop.deliver()
    shop.control.settle(order.session_id, good=False)
    shop.deliver()
    order.refresh_from_db()
    assert order.state == "failed"
    assert shop.points(anna) == 0
    assert Notice.objects.get().kind == "payment_failed"
    # Nothing stands in the way of another try.
    shop.buy(anna, gold("alipay"), "alipay")
    assert shop.points(anna) == 660_00
    shop.settled()


def test_a_card_pays_a_membership_after_the_prepaid_one(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold("alipay"), "alipay")
    shop.pass_months(anna, 1, seconds=1)
    shop.buy(anna, gold())
    assert (view_of(shop, anna).kind, shop.points(anna)) == ("card", 2 * 660_00)
    assert shop.membership(anna).started_at - shop.start > timedelta(days=27)
    shop.settled()

"""Events duplicated, shuffled, held back and lost, the handler killed at random: one final state.

Each journey is told twice: in calm for Anna, in chaos for Bert. What is left must be the same. The
crash is a real one: a forked process that handles events is killed by a signal at some instruction.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, connections

from accounts.models import User
from billing.ledger.models import Lot
from billing.models import Membership, MembershipPeriod, Order
from billing.selectors.entitlements import entitlements
from billing.services import memberships, stripe_events
from billing.services.choices import Choice
from billing.services.wallets import wallet_for
from tests.billing.shop import TEN_YUAN, Shop, gold

Journey = Callable[[Shop, User, Callable[[], None]], None]


def topup(shop: Shop, user: User, happen: Callable[[], None]) -> None:
    """Ten yuan, then a pack by a slow wallet."""
    shop.pay(shop.order(user, TEN_YUAN))
    happen()
    shop.recover()
    order = shop.order(user, Choice(pack="pack-500", method="alipay"))
    shop.pay(order, "alipay_later")
    happen()
    shop.control.settle(order.session_id, good=True)
    happen()


def membership(shop: Shop, user: User, happen: Callable[[], None]) -> None:
    """Gold by the month for three months, then cancelled."""
    shop.pay(shop.order(user, gold()))
    happen()
    for month in (1, 2):
        shop.pass_months(user, month, hours=2)
        happen()
    shop.recover()
    memberships.cancel_membership(user=user, now=shop.now)
    happen()
    shop.pass_months(user, 3, hours=2)
    happen()


def upgrade(shop: Shop, user: User, happen: Callable[[], None]) -> None:
    """Gold by the quarter, diamond at once, platinum at renewal."""
    shop.pay(shop.order(user, gold(period="quarter")))
    happen()
    shop.recover()
    for plan, when in (("diamond", "now"), ("platinum", "renewal")):
        memberships.change_membership(user=user, plan=plan, period="month", when=when, now=shop.now)
        happen()
    shop.pass_months(user, 1, hours=2)
    happen()


def failing(shop: Shop, user: User, happen: Callable[[], None]) -> None:
    """A card that pays once: retried, given up."""
    shop.pay(shop.order(user, gold()), "card_renewals_fail")
    happen()
    for days in (1, 4, 9):
        shop.pass_months(user, 1, days=days)
        happen()


def prepaid(shop: Shop, user: User, happen: Callable[[], None]) -> None:
    """A prepaid half-year, three months of it."""
    shop.pay(shop.order(user, gold("wechat_pay", "half_year")), "wechat_pay")
    happen()
    for month in (1, 2, 3):
        shop.pass_months(user, month, hours=1)
        happen()


JOURNEYS = [topup, membership, upgrade, failing, prepaid]


def final_state(shop: Shop, user: User) -> dict[str, Any]:
    """All that matters, with times in months from the beginning of the story."""
    wallet_id = wallet_for(user=user, now=shop.now)

    def month(at: datetime) -> int:
        return round((at - shop.start).days / 30.4)

    return {
        "points": shop.points(user),
        "plan": entitlements(wallet_id=wallet_id, now=shop.now).plan,
        "orders": sorted(Order.objects.filter(user=user).values_list("kind", "state")),
        "memberships": [
            (row.kind, row.status, row.plan_price.plan.code, month(row.current_period_end_at))
            for row in Membership.objects.filter(user=user).order_by("started_at")
        ],
        "periods": sorted(
            (row.amount_minor, month(row.starts_at), month(row.ends_at))
            for row in MembershipPeriod.objects.filter(wallet_id=wallet_id)
        ),
        "lots": sorted(Lot.objects.filter(wallet_id=wallet_id).values_list("source", "granted_cp")),
    }


def crash_while_handling(shop: Shop, after_s: float) -> None:
    """Handle events in a process that is killed after a moment, wherever it is then."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            connections.close_all()
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, after_s)
            stripe_events.handle_waiting(now=shop.now)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def chaos(shop: Shop, dice: random.Random) -> Callable[[], None]:
    """Make everything go wrong from now on; what is returned lets some of it happen."""
    shop.control.delivery_fault("duplicate", copies=2)
    shop.control.delivery_fault("delay", seconds=None)
    for event in ("checkout.session.completed", "invoice.paid", "customer.subscription.*"):
        shop.control.delivery_fault("drop", event=event, times=dice.randint(1, 3))

    def happen() -> None:
        if dice.random() < 0.7:
            shop.control.drain()
        for _ in range(dice.randint(0, 2)):
            crash_while_handling(shop, dice.uniform(0.005, 0.15))
        if dice.random() < 0.5:
            shop.handle()

    return happen


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.__name__)
def test_chaos_ends_as_calm_does(
    shop: Shop, anna: User, bert: User, journey: Journey, seed: int
) -> None:
    shop.welcome(anna)
    journey(shop, anna, shop.deliver)
    calm = final_state(shop, anna)
    shop.start = shop.now
    shop.welcome(bert)
    journey(shop, bert, chaos(shop, random.Random(f"{journey.__name__} {seed}")))
    shop.control.clear_faults()
    shop.recover()
    shop.poll()
    assert final_state(shop, bert) == calm
    shop.settled()

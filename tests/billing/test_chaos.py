"""Events duplicated, shuffled, held back and lost, the handler killed at random: one final state.

Each journey is told twice: in calm for Anna, in chaos for Bert. What is left must be the same. The
crash is a real one: a forked process that handles events is killed by a signal at some instruction.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections

from accounts.models import User
from billing.calendar_months import PERIOD_MONTHS, add_months
from billing.ledger.models import Lot
from billing.models import Membership, MembershipPeriod, Order, Promotion
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


def downgrade(shop: Shop, user: User, happen: Callable[[], None]) -> None:
    """Platinum, gold from the renewal on."""
    shop.pay(shop.order(user, Choice(plan="platinum", period="month", method="card")))
    happen()
    shop.recover()
    memberships.change_membership(
        user=user, plan="gold", period="month", when="renewal", now=shop.now
    )
    for month in (1, 2):
        happen()
        shop.pass_months(user, month, hours=2)
    happen()


def declined(shop: Shop, user: User, happen: Callable[[], None]) -> None:
    """Two refused cards, then one that asks for 3-D Secure."""
    for choice in (gold(), TEN_YUAN):
        order = shop.order(user, choice)
        for button in ("card_declined", "card_3ds_failed"):
            assert shop.control.pay(order.session_id, button)["refused"]
            happen()
        shop.pay(order, "card_3ds_ok")
        happen()
        shop.recover()


def alipay_that_fails(shop: Shop, user: User, happen: Callable[[], None]) -> None:
    """A delayed payment that comes to nothing, then one that arrives."""
    for good in (False, True):
        order = shop.order(user, gold("alipay", "quarter"))
        shop.pay(order, "alipay_later")
        happen()
        shop.control.settle(order.session_id, good=good)
        happen()
        shop.recover()
    shop.pass_months(user, 1, hours=1)
    happen()


def the_event(shop: Shop, user: User, happen: Callable[[], None]) -> None:
    """Half price between two instants: a page before, one inside, the renewal after."""
    promotion = Promotion.objects.create(
        name=f"half-{user.pk}"[:40],
        kind="percent",
        value=50,
        currency="CNY",
        starts_at=shop.now + timedelta(days=1),
        ends_at=shop.now + timedelta(days=2),
        published_at=shop.now,
    )
    assert shop.order(user, gold()).amount_minor == 66_00
    shop.pass_time(user, days=1)
    order = shop.order(user, gold())
    assert order.amount_minor == 33_00
    shop.pay(order)
    happen()
    shop.recover()
    shop.pass_to(user, promotion.ends_at)
    happen()
    memberships.cancel_membership(user=user, now=shop.now)
    memberships.resume_membership(user=user, now=shop.now)
    shop.pass_to(user, add_months(promotion.starts_at, 1) + timedelta(hours=2))
    happen()


def buying(plan: str, period: str) -> Journey:
    """One of the twelve memberships, and what its first month gives."""

    def journey(shop: Shop, user: User, happen: Callable[[], None]) -> None:
        shop.pay(shop.order(user, Choice(plan=plan, period=period, method="card")))
        happen()
        shop.pass_time(user, days=3)
        happen()

    journey.__name__ = f"{plan}_by_the_{period}"
    return journey


def year(period: str) -> Journey:
    """Gold for a year and two hours: every renewal, a lot every month."""

    def journey(shop: Shop, user: User, happen: Callable[[], None]) -> None:
        shop.pay(shop.order(user, gold(period=period)))
        happen()
        for month in range(1, 13):
            shop.pass_months(user, month, hours=2)
            happen()

    journey.__name__ = f"a_year_by_the_{period}"
    return journey


JOURNEYS: list[Journey] = [
    topup,
    membership,
    upgrade,
    downgrade,
    failing,
    prepaid,
    declined,
    alipay_that_fails,
    the_event,
]
TWELVE = [
    buying(plan, period) for plan in ("gold", "platinum", "diamond") for period in PERIOD_MONTHS
]
YEARS = [year(period) for period in PERIOD_MONTHS]
TOLD: list[tuple[Journey, int]] = [(journey, seed) for journey in JOURNEYS for seed in range(2)]
TOLD += [(journey, 0) for journey in (*TWELVE, *YEARS)]


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
    shop.control.delivery_fault("shuffle")
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


@pytest.mark.parametrize(
    ("journey", "seed"), TOLD, ids=[f"{journey.__name__}-{seed}" for journey, seed in TOLD]
)
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

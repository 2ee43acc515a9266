"""Auto top-up: one purchase at a time, never above the maximum, stopped by the first refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from queue import Empty

import pytest
from celery import current_app
from django.core import mail
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from billing.errors import CardNeeded, ConsentRequired
from billing.gateway.client import client
from billing.ledger import services as ledger
from billing.models import AutoTopUp, AutoTopUpAttempt, Document, Notice, Order
from billing.services import auto_topups
from billing.services.auto_topup_settings import (
    Wish,
    card_page,
    keep_card_of,
    save_auto_topup,
)
from billing.services.auto_topups import spent_this_month, sweep, top_up
from billing.services.document_mail import credit_refunds
from billing.services.notices import mail_notices
from billing.services.open_orders import close_forgotten_orders
from billing.services.reconciliation import reconcile
from billing.services.refunds import refund_order
from billing.services.wallets import wallet_for
from generation.services.jobs import cancel_job, submit_job
from tests.billing.shop import Shop
from tests.races import at_once

FIFTY = Wish(enabled=True, threshold_cp=100_00, pack="pack-50", month_max_minor=200_00)
PACK_CP = 525_00
DECLINING = "4000000000000341"  # can be kept, every charge is refused
EXPIRES = "4000000000000045"  # has expired when it is charged alone
ASKS = "4000002760003184"  # asks its owner every time


def save_card(shop: Shop, user: User, number: str = "4242424242424242") -> str:
    """Save a card on the provider's page and come back; the id of the page's session."""
    url = card_page(user=user)
    session_id = url.rsplit("/", 1)[-1]
    assert shop.control.pay_by_number(session_id, number)["refused"] is None
    assert keep_card_of(user=user, session_id=session_id, now=shop.now)
    return session_id


def turn_on(
    shop: Shop, user: User, wish: Wish = FIFTY, number: str = "4242424242424242"
) -> AutoTopUp:
    shop.welcome(user)
    save_card(shop, user, number)
    return save_auto_topup(user=user, wish=wish, now=shop.now)


def charged(shop: Shop) -> list[int]:
    """What cards were charged, in minor units."""
    return [one["amount"] for one in shop.control.objects("charge") if one["paid"]]


def test_it_is_off_and_needs_a_card(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    with pytest.raises(CardNeeded):
        save_auto_topup(user=anna, wish=FIFTY, now=shop.now)
    assert sweep(now=shop.now) == 0
    assert Order.objects.count() == 0


def test_it_buys_once_when_points_are_low(shop: Shop, anna: User) -> None:
    row = turn_on(shop, anna)
    assert sweep(now=shop.now) == 1
    assert sweep(now=shop.now) == 0
    order = Order.objects.get()
    assert (order.state, order.family, order.amount_minor) == ("paid", "auto", 50_00)
    assert shop.points(anna) == PACK_CP
    assert charged(shop) == [50_00]
    invoice = Document.objects.get(kind="invoice")
    assert (invoice.order, invoice.gross_minor) == (order, 50_00)
    assert top_up(wallet_id=row.wallet_id, now=shop.now) is None
    shop.deliver()
    shop.settled()


def test_what_it_bought_is_reconciled_and_given_back(shop: Shop, anna: User) -> None:
    turn_on(shop, anna)
    sweep(now=shop.now)
    shop.balanced()
    order = Order.objects.get()
    refund = refund_order(user=anna, order_id=order.pk, now=shop.now)
    assert (refund.amount_minor, shop.points(anna)) == (50_00, 0)
    shop.balanced()
    assert credit_refunds(now=shop.now) == 1
    assert credit_refunds(now=shop.now) == 0
    Order.objects.filter(pk=order.pk).update(amount_minor=49_99)
    (found,) = reconcile(since=shop.start - timedelta(days=1))
    assert (found.kind, "4999" in found.detail) == ("amounts differ", True)
    Order.objects.filter(pk=order.pk).update(amount_minor=50_00, payment_id="pi_made_up")
    kinds = {found.kind for found in reconcile(since=shop.start - timedelta(days=1))}
    assert {"paid, not granted", "granted, not paid"} <= kinds


def test_its_purchases_carry_the_consent_it_was_turned_on_with(
    shop: Shop, anna: User, settings: Settings
) -> None:
    """Without one a withdrawal would give everything back, used or not."""
    settings.WITHDRAWAL_CONSENT = "REQUIRED"
    shop.welcome(anna)
    save_card(shop, anna)
    with pytest.raises(ConsentRequired):
        save_auto_topup(user=anna, wish=FIFTY, now=shop.now)
    agreed = replace(FIFTY, consent=settings.TERMS_VERSION)
    save_auto_topup(user=anna, wish=agreed, now=shop.now)
    agreed_at = shop.now
    shop.pass_time(anna, days=1)
    sweep(now=shop.now)
    order = Order.objects.get()
    assert (order.consent_version, order.consent_at) == (settings.TERMS_VERSION, agreed_at)
    save_auto_topup(user=anna, wish=replace(FIFTY, enabled=False), now=shop.now)


def rung() -> list[dict[str, str]]:
    """What the doorbells of auto top-up said, taken from the broker."""
    found: list[dict[str, str]] = []
    with current_app.connection_for_read() as connection:
        queue = connection.SimpleQueue("background")
        while True:
            try:
                message = queue.get(block=False)
            except Empty:
                queue.close()
                return found
            message.ack()
            if message.headers["task"] == "billing.auto_topup":
                found.append(message.payload[1])


def test_a_hold_rings_when_it_takes_the_balance_below(shop: Shop, anna: User) -> None:
    row = turn_on(shop, anna)
    top_up(wallet_id=row.wallet_id, now=shop.now)
    rung()

    def submit() -> None:
        made = submit_job(user=anna, kind="image", params={"prompt": "a fox"},
                          idempotency_key=None, now=shop.now)  # fmt: skip
        cancel_job(user=anna, job_id=made.job.pk, now=shop.now)

    submit()
    assert rung() == []
    wish = Wish(enabled=True, threshold_cp=PACK_CP, pack="pack-50", month_max_minor=200_00)
    save_auto_topup(user=anna, wish=wish, now=shop.now)
    submit()
    assert rung() == [{"wallet_id": str(row.wallet_id)}]


def test_a_declining_card_stops_it_for_good(shop: Shop, anna: User) -> None:
    row = turn_on(shop, anna, number=DECLINING)
    sweep(now=shop.now)
    row.refresh_from_db()
    assert (row.enabled, row.trip_reason) == (False, "generic_decline")
    assert AutoTopUpAttempt.objects.get().state == "failed"
    assert Order.objects.get().state == "failed"
    for hours in range(1, 4):
        assert sweep(now=shop.now + timedelta(hours=hours)) == 0
    assert (charged(shop), shop.points(anna)) == ([], 0)
    mail_notices(now=shop.now)
    (sent,) = mail.outbox
    assert sent.subject == "Your auto top-up has stopped"
    assert "/auto-topup/" in sent.body
    save_card(shop, anna)
    row.refresh_from_db()
    assert not row.enabled, "another card alone does not turn it on"
    save_auto_topup(user=anna, wish=FIFTY, now=shop.now)
    sweep(now=shop.now)
    assert charged(shop) == [50_00]
    assert Notice.objects.count() == 1
    shop.deliver()
    shop.settled()


def test_a_bank_that_wants_to_see_the_owner(shop: Shop, anna: User) -> None:
    row = turn_on(shop, anna, number=ASKS)
    sweep(now=shop.now)
    row.refresh_from_db()
    assert (row.enabled, row.trip_reason) == (False, "authentication_required")
    mail_notices(now=shop.now)
    assert "Pay once by hand" in mail.outbox[0].body
    assert charged(shop) == []


def test_a_card_that_has_expired_meanwhile(shop: Shop, anna: User) -> None:
    row = turn_on(shop, anna, number=EXPIRES)
    sweep(now=shop.now)
    row.refresh_from_db()
    assert (row.enabled, row.trip_reason, charged(shop)) == (False, "expired_card", [])
    mail_notices(now=shop.now)
    assert "has expired" in mail.outbox[0].body


def test_a_card_that_was_taken_away(shop: Shop, anna: User) -> None:
    row = turn_on(shop, anna)
    client().v1.payment_methods.detach(row.card_id)
    sweep(now=shop.now)
    row.refresh_from_db()
    assert (row.enabled, row.trip_reason, charged(shop)) == (False, "card_unusable", [])


def test_two_workers_buy_once(shop: Shop, anna: User) -> None:
    row = turn_on(shop, anna)
    results = at_once([partial(top_up, wallet_id=row.wallet_id, now=shop.now)] * 8)
    assert [one for one in results if isinstance(one, Exception)] == []
    assert AutoTopUpAttempt.objects.get().state == "paid"
    assert (charged(shop), shop.points(anna)) == ([50_00], PACK_CP)


def test_the_database_allows_one_purchase_at_a_time(shop: Shop, anna: User) -> None:
    row = turn_on(shop, anna)
    attempt = auto_topups._begin(row.wallet_id, shop.now)
    assert attempt is not None
    other = Order.objects.get()
    other.pk, other.family, other.idempotency_key = None, "points", "another"
    other._state.adding = True
    other.save()
    with pytest.raises(IntegrityError, match="auto_attempt_one"), transaction.atomic():
        AutoTopUpAttempt.objects.create(
            wallet_id=row.wallet_id, number=2, order=other, state="begun", amount_minor=1,
            currency="CNY", customer_id="c", card_id="p", next_try_at=shop.now,
            created_at=shop.now,
        )  # fmt: skip


def spend_all(shop: Shop, user: User, key: str) -> None:
    wallet_id = wallet_for(user=user, now=shop.now)
    with transaction.atomic():
        held = ledger.hold(
            wallet_id=wallet_id, amount_cp=shop.points(user), key=key, reference=key, now=shop.now
        )
        ledger.capture(wallet_id=wallet_id, hold_id=held.hold_id, key=f"c:{key}", now=shop.now)


@pytest.mark.parametrize(("maximum", "bought"), [(150_00, 3), (149_99, 2), (150_01, 3)])
def test_the_maximum_of_a_month_holds_to_the_fen(
    shop: Shop, anna: User, maximum: int, bought: int
) -> None:
    wish = Wish(enabled=True, threshold_cp=100_00, pack="pack-50", month_max_minor=maximum)
    row = turn_on(shop, anna, wish)
    for number in range(5):
        at_once([partial(top_up, wallet_id=row.wallet_id, now=shop.now)] * 3)
        if shop.points(anna):
            spend_all(shop, anna, f"job:{number}")
    assert charged(shop) == [50_00] * bought
    spent = spent_this_month(wallet_id=row.wallet_id, currency="CNY", now=shop.now)
    assert spent == 50_00 * bought
    row.refresh_from_db()
    assert row.enabled, "the maximum stops nothing for good"
    assert Notice.objects.filter(kind="auto_topup_maximum").count() == 1
    assert sweep(now=shop.now) == 0
    assert sweep(now=shop.now + timedelta(days=32)) == 1
    assert len(charged(shop)) == bought + 1


def test_a_purchase_not_answered_yet_counts_against_the_maximum(shop: Shop, anna: User) -> None:
    row = turn_on(shop, anna)
    shop.control.fault("500", path="/v1/payment_intents", method="POST", times=3)
    sweep(now=shop.now)
    assert AutoTopUpAttempt.objects.get().state == "begun"
    assert spent_this_month(wallet_id=row.wallet_id, currency="CNY", now=shop.now) == 50_00
    assert sweep(now=shop.now + timedelta(seconds=30)) == 0


@pytest.mark.parametrize("later", [timedelta(minutes=3), timedelta(days=2)])
def test_a_lost_answer_is_found_again_and_charged_once(
    shop: Shop, anna: User, later: timedelta
) -> None:
    turn_on(shop, anna)
    shop.control.fault("lost", path="/v1/payment_intents", method="POST", times=3)
    sweep(now=shop.now)
    assert (charged(shop), shop.points(anna)) == ([50_00], 0)
    close_forgotten_orders(now=shop.now + later)
    sweep(now=shop.now + later)
    assert (charged(shop), shop.points(anna)) == ([50_00], PACK_CP)
    assert Order.objects.get().state == "paid"
    shop.deliver()
    shop.settled()


def test_nothing_is_asked_again_after_the_key_is_forgotten(shop: Shop, anna: User) -> None:
    row = turn_on(shop, anna)
    shop.control.fault("500", path="/v1/payment_intents", method="POST", times=3)
    sweep(now=shop.now)
    sweep(now=shop.now + timedelta(days=2))
    row.refresh_from_db()
    assert (charged(shop), row.enabled, row.trip_reason) == ([], False, "not_charged")


def test_turned_off_before_the_card_is_asked(shop: Shop, anna: User) -> None:
    row = turn_on(shop, anna)
    attempt = auto_topups._begin(row.wallet_id, shop.now)
    assert attempt is not None
    off = Wish(enabled=False, threshold_cp=100_00, pack="pack-50", month_max_minor=200_00)
    save_auto_topup(user=anna, wish=off, now=shop.now)
    sweep(now=shop.now)
    attempt.refresh_from_db()
    assert attempt.state == "canceled"
    assert Order.objects.get().state == "canceled"
    assert charged(shop) == []


@pytest.mark.parametrize(("fault", "points"), [("lost", PACK_CP), ("500", 0)])
def test_turned_off_while_the_answer_is_lost(
    shop: Shop, anna: User, fault: str, points: int
) -> None:
    """What was paid is given; what was not is never asked for again."""
    turn_on(shop, anna)
    shop.control.fault(fault, path="/v1/payment_intents", method="POST", times=3)
    sweep(now=shop.now)
    off = Wish(enabled=False, threshold_cp=100_00, pack="pack-50", month_max_minor=200_00)
    save_auto_topup(user=anna, wish=off, now=shop.now)
    sweep(now=shop.now + timedelta(minutes=3))
    assert shop.points(anna) == points
    assert AutoTopUpAttempt.objects.get().state == ("paid" if points else "failed")
    assert charged(shop) == ([50_00] if points else [])
    assert Notice.objects.count() == 0


def test_a_card_of_another_user_cannot_be_taken(shop: Shop, anna: User, bert: User) -> None:
    shop.welcome(anna)
    shop.welcome(bert)
    session_id = save_card(shop, anna)
    with pytest.raises(NotFound):
        keep_card_of(user=bert, session_id=session_id, now=shop.now)


def test_the_card_is_kept_though_its_owner_never_comes_back(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    session_id = card_page(user=anna).rsplit("/", 1)[-1]
    shop.control.pay_by_number(session_id, "4242424242424242")
    shop.deliver()
    assert AutoTopUp.objects.get().card_last4 == "4242"
    shop.settled()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"threshold_cp": 0}, "threshold_points"),
        ({"month_max_minor": 49_99}, "month_max_minor"),
        ({"amount_minor": 10_00}, "pack"),
        ({"pack": ""}, "pack"),
        ({"pack": "", "amount_minor": 10_50}, "topup.amount_minor"),
    ],
)
def test_what_cannot_be_set(shop: Shop, anna: User, change: dict[str, object], field: str) -> None:
    given = {"threshold_cp": 100_00, "pack": "pack-50", "month_max_minor": 200_00} | change
    with pytest.raises(InvalidRequest) as refused:
        save_auto_topup(user=anna, wish=Wish(enabled=True, **given), now=shop.now)  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]
    assert AutoTopUp.objects.count() == 0


def test_over_http(shop: Shop, anna: User, api_of: Callable[[User], APIClient]) -> None:
    shop.welcome(anna)
    api = api_of(anna)
    before = api.get("/api/v1/auto-topup").json()
    assert (before["enabled"], before["card"]) == (False, None)
    body = {"enabled": True, "threshold_points": "100", "amount_minor": 20_00,
            "month_max_minor": 100_00}  # fmt: skip
    refused = api.put("/api/v1/auto-topup", body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "card_needed")
    assert api.post("/api/v1/auto-topup/card").json()["url"].startswith("http")
    save_card(shop, anna)
    answer = api.put("/api/v1/auto-topup", body, format="json").json()
    assert answer["card"] == {"brand": "visa", "last4": "4242", "ended": False}
    assert (answer["enabled"], answer["threshold_points"]) == (True, "100.00")
    sweep(now=shop.now)
    assert api.get("/api/v1/auto-topup").json()["month_spent_minor"] == 20_00
    broken = api.put("/api/v1/auto-topup", body | {"threshold_points": "x"}, format="json")
    assert broken.json()["fields"] == {"threshold_points": "like 12.50"}

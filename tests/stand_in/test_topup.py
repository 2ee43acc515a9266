"""Buying points: one payment through a session, by card, Alipay or WeChat Pay."""

from __future__ import annotations

import pytest

from tests.stand_in.shop import Shop, plain


def test_session_says_what_was_asked_for(shop: Shop) -> None:
    session = shop.topup(6600)
    assert session.amount_total == 6600
    assert session.currency == "cny"
    assert session.status == "open"
    assert session.payment_status == "unpaid"
    assert session.payment_intent is None
    assert plain(session.metadata) == {"order_id": "7", "kind": "topup"}
    assert session.payment_method_types == ["card", "alipay", "wechat_pay"]


def test_paid_session_has_a_charge_that_knows_the_order(shop: Shop) -> None:
    charge = shop.client.v1.charges.retrieve(
        shop.paid_topup(1000), {"expand": ["balance_transaction"]}
    )
    assert charge.amount == 1000
    assert plain(charge.metadata) == {"order_id": "7"}
    details = charge.payment_method_details
    assert details is not None
    assert details.card is not None
    assert details.card.funding == "credit"
    assert details.card.fingerprint
    booked = charge.balance_transaction
    assert booked is not None
    assert not isinstance(booked, str)
    assert booked.net == booked.amount - booked.fee
    assert booked.fee > 0


@pytest.mark.parametrize("button", ["alipay", "wechat_pay"])
def test_wallet_pays_at_once(shop: Shop, button: str) -> None:
    session = shop.topup()
    shop.control.pay(session.id, button)
    again = shop.client.v1.checkout.sessions.retrieve(session.id)
    assert again.payment_status == "paid"
    assert again.status == "complete"
    assert again.url is None


@pytest.mark.parametrize("good", [True, False])
def test_delayed_wallet_completes_unpaid_and_settles_later(shop: Shop, good: bool) -> None:
    session = shop.topup()
    shop.control.pay(session.id, "alipay_later")
    waiting = shop.client.v1.checkout.sessions.retrieve(session.id)
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    shop.control.settle(session.id, good=good)
    settled = shop.client.v1.checkout.sessions.retrieve(session.id)
    assert settled.payment_status == ("paid" if good else "unpaid")
    last = "async_payment_succeeded" if good else "async_payment_failed"
    types = [event.type for event in shop.events("checkout.session.completed",
                                                 f"checkout.session.{last}")]  # fmt: skip
    assert types == ["checkout.session.completed", f"checkout.session.{last}"]

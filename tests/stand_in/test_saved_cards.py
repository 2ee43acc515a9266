"""Charging a card that was kept, with its owner away."""

from __future__ import annotations

import pytest
import stripe

from tests.stand_in.shop import Shop


def kept_card(shop: Shop, number: str = "4242424242424242") -> tuple[str, str]:
    """A customer and the card kept while points were bought."""
    customer = shop.customer().id
    session = shop.topup(
        customer=customer,
        payment_intent_data={"metadata": {"order_id": "7"}, "setup_future_usage": "off_session"},
    )
    assert shop.control.pay_by_number(session.id, number)["refused"] is None
    (card,) = shop.client.v1.payment_methods.list({"customer": customer, "type": "card"}).data
    return customer, card.id


def charge(shop: Shop, customer: str, card: str) -> stripe.PaymentIntent:
    return shop.client.v1.payment_intents.create({
        "amount": 3000, "currency": "cny", "customer": customer, "payment_method": card,
        "off_session": True, "confirm": True, "metadata": {"order_id": "8"},
    })  # fmt: skip


@pytest.mark.parametrize("number", ["4242424242424242", "4000002500003155"])
def test_kept_card_pays_alone(shop: Shop, number: str) -> None:
    intent = charge(shop, *kept_card(shop, number))
    assert (intent.status, intent.amount_received) == ("succeeded", 3000)


def test_card_that_asks_every_time_cannot_pay_alone(shop: Shop) -> None:
    customer, card = kept_card(shop, "4000002760003184")
    with pytest.raises(stripe.CardError) as caught:
        charge(shop, customer, card)
    assert caught.value.code == "authentication_required"
    assert caught.value.error is not None
    assert caught.value.error.payment_intent is not None
    assert caught.value.error.payment_intent.status == "requires_payment_method"


def test_same_card_has_the_same_fingerprint_for_everybody(shop: Shop) -> None:
    methods = [shop.client.v1.payment_methods.retrieve(kept_card(shop)[1]) for _ in range(2)]
    assert methods[0].customer != methods[1].customer
    assert methods[0].card is not None
    assert methods[1].card is not None
    assert methods[0].card.fingerprint == methods[1].card.fingerprint


def test_refused_card_cannot_be_kept(shop: Shop) -> None:
    with pytest.raises(stripe.CardError) as caught:
        shop.client.v1.payment_methods.attach(
            "pm_card_chargeDeclined", {"customer": shop.customer().id}
        )
    assert caught.value.code == "card_declined"

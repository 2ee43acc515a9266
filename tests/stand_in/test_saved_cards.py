"""Charging a card that was kept, with its owner away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
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


def test_wallet_confirmed_by_call_asks_its_owner(shop: Shop) -> None:
    intent = shop.client.v1.payment_intents.create({
        "amount": 3000, "currency": "cny", "confirm": True, "return_url": "http://shop.test/back",
        "payment_method_data": {"type": "alipay"},
    })  # fmt: skip
    assert intent.status == "requires_action"
    assert intent.next_action is not None
    assert intent.next_action.alipay_handle_redirect is not None
    page = intent.next_action.alipay_handle_redirect.url
    assert page is not None
    said = httpx.post(page, data={"say": "yes"})
    assert said.headers["Location"] == "http://shop.test/back"
    assert shop.client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_intent_is_canceled_once(shop: Shop) -> None:
    intents = shop.client.v1.payment_intents
    intent = intents.create({"amount": 3000, "currency": "cny"})
    assert intents.cancel(intent.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        intents.cancel(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"


def test_two_presses_at_once_pay_once(shop: Shop) -> None:
    session = shop.topup()
    assert session.url is not None
    with ThreadPoolExecutor(8) as pool:
        pressed = [pool.submit(httpx.post, session.url, data={"button": "alipay"})
                   for _ in range(8)]  # fmt: skip
    assert sorted(one.result().status_code for one in pressed) == [200] * 7 + [303]
    assert len(shop.events("charge.succeeded")) == 1

"""The plain calls of every kind of object: get, list, change, take away."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import stripe

from tests.stand_in.shop import Shop, plain


def ids(listed: Any) -> list[str]:
    return [one.id for one in listed.data]


def test_products_and_prices(shop: Shop) -> None:
    products, prices = shop.client.v1.products, shop.client.v1.prices
    pack = products.create({
        "id": "pack-500", "name": "Pack",
        "default_price_data": {"currency": "cny", "unit_amount": 5000},
    })  # fmt: skip
    assert products.retrieve("pack-500").default_price == pack.default_price
    assert ids(products.list({"ids": ["pack-500"], "active": True})) == ["pack-500"]
    with pytest.raises(stripe.InvalidRequestError, match="user-created prices"):
        products.delete("pack-500")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        products.create({"id": "pack-500", "name": "Again"})
    assert caught.value.code == "resource_already_exists"
    empty = products.create({"name": "Empty"})
    assert products.delete(empty.id).deleted is True
    recurring = shop.price(6600, 3)
    assert ids(prices.list({"recurring": {"interval": "month"}})) == [recurring.id]
    assert ids(prices.list({"type": "one_time"})) == [pack.default_price]


def test_coupons_and_codes(shop: Shop) -> None:
    coupons, codes = shop.client.v1.coupons, shop.client.v1.promotion_codes
    gold = shop.price()
    coupon = coupons.create({
        "percent_off": 33.33, "duration": "repeating", "duration_in_months": 3,
        "applies_to": {"products": [str(gold.product)]},
    })  # fmt: skip
    assert coupons.update(coupon.id, {"name": "Opening"}).name == "Opening"
    seen = coupons.retrieve(coupon.id, {"expand": ["applies_to"]})
    assert plain(seen)["applies_to"] == {"products": [gold.product]}
    assert ids(coupons.list({})) == [coupon.id]
    code = codes.create({"code": "OPEN", "promotion": {"type": "coupon", "coupon": coupon.id}})
    assert codes.update(code.id, {"active": False}).active is False
    assert codes.retrieve(code.id).code == "OPEN"
    assert ids(codes.list({"coupon": coupon.id, "active": False})) == [code.id]
    assert coupons.delete(coupon.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError):
        coupons.retrieve(coupon.id)


def test_repeating_coupon_ends_after_its_months(shop: Shop) -> None:
    coupon = shop.client.v1.coupons.create(
        {"percent_off": 50, "duration": "repeating", "duration_in_months": 2}
    )
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price(6600).id, customer.id, discounts=[{"coupon": coupon.id}])
    shop.control.advance_clock(clock, 95 * 86400)
    invoices = shop.client.v1.invoices.list({"subscription": sub.id}).data
    assert [invoice.amount_paid for invoice in invoices] == [6600, 6600, 3300, 3300]


def test_customers_and_their_cards(shop: Shop) -> None:
    customers, methods = shop.client.v1.customers, shop.client.v1.payment_methods
    customer = customers.create({"payment_method": "pm_card_visa_debit"})
    (card,) = customers.payment_methods.list(customer.id).data
    assert card.card is not None
    assert card.card.funding == "debit"
    changed = customers.update(
        customer.id,
        {"name": "Li", "invoice_settings": {"default_payment_method": card.id}},
    )
    assert plain(changed)["invoice_settings"]["default_payment_method"] == card.id
    assert customers.payment_methods.retrieve(customer.id, card.id).id == card.id
    assert plain(methods.update(card.id, {"metadata": {"a": "1"}}))["metadata"] == {"a": "1"}
    assert methods.detach(card.id).customer is None
    again = customers.retrieve(customer.id, {"expand": ["subscriptions"]})
    assert plain(again)["invoice_settings"]["default_payment_method"] is None
    assert plain(again)["subscriptions"]["data"] == []
    other = methods.create({
        "type": "card",
        "card": {"number": "5555555555554444", "exp_month": 12, "exp_year": 2034, "cvc": "123"},
    })  # fmt: skip
    assert other.card is not None
    assert other.card.brand == "mastercard"
    assert ids(customers.list({"email": "nobody@shop.test"})) == []


def test_sessions_intents_and_charges(shop: Shop) -> None:
    v1 = shop.client.v1
    customer = shop.customer().id
    session = shop.topup(1000, customer=customer)
    v1.checkout.sessions.update(session.id, {"metadata": {"note": "x"}})
    assert v1.checkout.sessions.line_items.list(session.id).data[0].amount_total == 1000
    shop.control.pay(session.id)
    (intent,) = v1.payment_intents.list({"customer": customer}).data
    assert ids(v1.checkout.sessions.list({"payment_intent": intent.id})) == [session.id]
    (charge,) = v1.charges.list({"payment_intent": intent.id}).data
    assert v1.charges.update(charge.id, {"description": "Points"}).description == "Points"
    assert ids(v1.balance_transactions.list({"source": charge.id})) == [charge.balance_transaction]
    waiting = v1.payment_intents.create({"amount": 1000, "currency": "cny"})
    assert v1.payment_intents.update(waiting.id, {"amount": 2000}).amount == 2000
    assert charge.receipt_url is not None
    assert "¥10.00" in httpx.get(charge.receipt_url).text


def test_refunds_can_be_found_and_called_back(shop: Shop) -> None:
    refunds = shop.client.v1.refunds
    charge = shop.paid_topup(1000)
    shop.control.next_refund("pending")
    refund = refunds.create({"charge": charge, "amount": 100})
    assert plain(refunds.update(refund.id, {"metadata": {"a": "1"}}))["metadata"] == {"a": "1"}
    assert ids(refunds.list({"charge": charge})) == [refund.id]
    assert refunds.cancel(refund.id).status == "canceled"
    assert shop.client.v1.charges.retrieve(charge).amount_refunded == 0
    with pytest.raises(stripe.InvalidRequestError):
        refunds.cancel(refund.id)


def test_disputes_and_warnings_can_be_found(shop: Shop) -> None:
    charge = shop.paid_topup(1000)
    warning, dispute = shop.control.warn(charge), shop.control.dispute(charge)
    v1 = shop.client.v1
    assert v1.disputes.retrieve(dispute["id"]).charge == charge
    assert v1.radar.early_fraud_warnings.retrieve(warning["id"]).charge == charge
    assert ids(v1.disputes.list({"payment_intent": dispute["payment_intent"]})) == [dispute["id"]]


def test_invoices_are_finalized_voided_and_given_up(shop: Shop) -> None:
    invoices = shop.client.v1.invoices
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price().id, customer.id, "card_renewals_fail")
    shop.control.advance_clock(clock, 31 * 86400 + 60)
    draft = invoices.list({"subscription": sub.id, "status": "draft"}).data[0]
    invoices.update(draft.id, {"metadata": {"a": "1"}})
    assert invoices.finalize_invoice(draft.id).status == "open"
    assert len(invoices.line_items.list(draft.id).data) == 1
    assert invoices.mark_uncollectible(draft.id).status == "uncollectible"
    assert invoices.void_invoice(draft.id).status == "void"
    with pytest.raises(stripe.InvalidRequestError):
        invoices.pay(draft.id)
    (payment,) = shop.client.v1.invoice_payments.list({"status": "paid"}).data
    assert shop.client.v1.invoice_payments.retrieve(payment.id).invoice == payment.invoice


def test_invoice_can_be_paid_outside(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price().id, customer.id, "card_renewals_fail")
    shop.control.advance_clock(clock, 32 * 86400)
    invoice = shop.client.v1.invoices.list({"subscription": sub.id}).data[0]
    paid = shop.client.v1.invoices.pay(invoice.id, {"paid_out_of_band": True})
    assert paid.status == "paid"
    assert shop.client.v1.subscriptions.retrieve(sub.id).status == "active"


def test_subscriptions_by_call(shop: Shop) -> None:
    subscriptions = shop.client.v1.subscriptions
    customer, price = shop.customer().id, shop.price().id
    items: Any = [{"price": price}]
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        subscriptions.create({
            "customer": customer, "items": items, "payment_behavior": "error_if_incomplete",
        })  # fmt: skip
    sub = subscriptions.create({
        "customer": customer, "items": items, "payment_behavior": "default_incomplete",
    })  # fmt: skip
    assert sub.status == "incomplete"
    assert ids(subscriptions.list({"price": price, "status": "all"})) == [sub.id]
    with pytest.raises(stripe.InvalidRequestError, match="only resume"):
        subscriptions.resume(sub.id)


def test_schedule_is_canceled_with_its_subscription(shop: Shop) -> None:
    sub = shop.member(shop.price().id, shop.customer().id)
    schedules = shop.client.v1.subscription_schedules
    schedule = schedules.create({"from_subscription": sub.id})
    assert ids(schedules.list({"customer": str(sub.customer)})) == [schedule.id]
    assert schedules.cancel(schedule.id).status == "canceled"
    assert shop.client.v1.subscriptions.retrieve(sub.id).status == "canceled"


def test_pause_ends_by_itself(shop: Shop) -> None:
    customer, clock = shop.customer_on_clock()
    sub = shop.member(shop.price().id, customer.id)
    subscriptions = shop.client.v1.subscriptions
    resumes = 1_760_000_000 + 10 * 86400
    subscriptions.update(
        sub.id, {"pause_collection": {"behavior": "keep_as_draft", "resumes_at": resumes}}
    )
    shop.control.advance_clock(clock, 11 * 86400)
    assert subscriptions.retrieve(sub.id).pause_collection is None
    assert ids(shop.client.v1.test_helpers.test_clocks.list({})) == [clock]


def test_setup_intents_keep_cards(shop: Shop) -> None:
    setups = shop.client.v1.setup_intents
    customer = shop.customer().id
    setup = setups.create({"customer": customer})
    with pytest.raises(stripe.CardError) as caught:
        setups.confirm(setup.id, {"payment_method": "pm_card_chargeDeclined"})
    assert caught.value.code == "card_declined"
    assert setups.confirm(setup.id, {"payment_method": "pm_card_visa"}).status == "succeeded"
    asking = setups.create({
        "customer": customer, "confirm": True,
        "payment_method": "pm_card_authenticationRequiredOnSetup",
    })  # fmt: skip
    assert asking.next_action is not None
    assert asking.next_action.redirect_to_url is not None
    assert asking.next_action.redirect_to_url.url is not None
    assert "Confirm" in httpx.get(asking.next_action.redirect_to_url.url).text
    httpx.post(asking.next_action.redirect_to_url.url, data={"say": "no"})
    refused = setups.retrieve(asking.id)
    assert refused.last_setup_error is not None
    assert setups.cancel(asking.id).status == "canceled"
    assert sorted(ids(setups.list({"customer": customer}))) == sorted([setup.id, asking.id])


def test_events_and_endpoints(shop: Shop) -> None:
    shop.customer()
    (event,) = shop.events("customer.created")
    assert shop.client.v1.events.retrieve(event.id).type == "customer.created"
    endpoints = shop.client.v1.webhook_endpoints
    (endpoint,) = endpoints.list({}).data
    assert endpoints.update(endpoint.id, {"disabled": True}).status == "disabled"
    shop.customer()
    (later, _) = reversed(shop.events("customer.created"))
    assert later.pending_webhooks == 0


def test_delayed_payment_settles_by_itself(shop: Shop) -> None:
    shop.control.settings(settle_after_s=20)
    good, bad = shop.topup(), shop.topup()
    shop.control.pay(good.id, "wechat_pay_later_good")
    shop.control.pay(bad.id, "alipay_later_bad")
    shop.control.advance(21)
    assert shop.client.v1.checkout.sessions.retrieve(good.id).payment_status == "paid"
    assert shop.client.v1.checkout.sessions.retrieve(bad.id).payment_status == "unpaid"
    assert len(shop.events("checkout.session.async_payment_failed")) == 1
    shop.control.reset()
    assert shop.control.settings()["settle_after_s"] is None


def test_coupon_deleted_meanwhile_still_counts(shop: Shop) -> None:
    coupon = shop.client.v1.coupons.create({"percent_off": 50})
    wanted = [{"coupon": coupon.id}]
    session = shop.membership(shop.price(6600).id, shop.customer().id, discounts=wanted)
    shop.client.v1.coupons.delete(coupon.id)
    assert shop.control.pay(session.id)["session"]["amount_total"] == 3300
    with pytest.raises(stripe.InvalidRequestError):
        shop.topup(1000, discounts=wanted)


def test_front_page_says_what_this_is(shop: Shop) -> None:
    assert "no money" in httpx.get(f"{shop.control.base_url}/").text

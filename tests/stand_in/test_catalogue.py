"""Products, prices, coupons and codes."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.stand_in.shop import Shop, plain


def test_lookup_key_belongs_to_one_price_and_can_move(shop: Shop) -> None:
    old = shop.price(6600, lookup_key="gold_month")
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        shop.price(7700, lookup_key="gold_month")
    new = shop.price(7700, lookup_key="gold_month", transfer_lookup_key=True)
    prices = shop.client.v1.prices
    assert [p.id for p in prices.list({"lookup_keys": ["gold_month"]}).data] == [new.id]
    assert prices.retrieve(old.id).lookup_key is None


def test_price_is_archived_and_no_longer_sold(shop: Shop) -> None:
    price = shop.price()
    assert shop.client.v1.prices.update(price.id, {"active": False}).active is False
    with pytest.raises(stripe.InvalidRequestError, match="inactive"):
        shop.membership(price.id, shop.customer().id)
    active = shop.client.v1.prices.list({"active": True}).data
    assert active == []


def test_archived_product_is_not_sold_either(shop: Shop) -> None:
    price = shop.price()
    shop.client.v1.products.update(str(price.product), {"active": False})
    with pytest.raises(stripe.InvalidRequestError, match="marked as inactive"):
        shop.membership(price.id, shop.customer().id)


def test_amount_of_a_price_cannot_change(shop: Shop) -> None:
    wanted: Any = {"unit_amount": 1}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.client.v1.prices.update(shop.price().id, wanted)
    assert caught.value.code == "parameter_unknown"


def test_metadata_merges_and_an_empty_value_takes_away(shop: Shop) -> None:
    products = shop.client.v1.products
    product = products.create({"name": "Pack", "metadata": {"a": "1", "b": "2"}})
    changed = products.update(product.id, {"metadata": {"a": "", "c": "3"}})
    assert plain(changed.metadata) == {"b": "2", "c": "3"}
    (event,) = shop.events("product.updated")
    assert event.data.previous_attributes is not None
    assert plain(event.data.previous_attributes)["metadata"] == {"a": "1", "c": None}


def test_coupon_takes_half_off_to_the_minor_unit_once(shop: Shop) -> None:
    coupon = shop.client.v1.coupons.create({"id": "OPEN50", "percent_off": 50, "duration": "once"})
    price = shop.price(6675)
    customer, clock = shop.customer_on_clock()
    session = shop.membership(price.id, customer.id, discounts=[{"coupon": coupon.id}])
    assert (session.amount_subtotal, session.amount_total) == (6675, 3337)
    sub_id = shop.control.pay(session.id)["session"]["subscription"]
    shop.control.advance_clock(clock, 32 * 86400)
    invoices = shop.client.v1.invoices.list({"subscription": sub_id}).data
    assert [invoice.amount_paid for invoice in invoices] == [6675, 3337]
    assert shop.client.v1.coupons.retrieve(coupon.id).times_redeemed == 1
    first = shop.client.v1.invoices.retrieve(invoices[1].id, {"expand": ["discounts"]})
    discount = first.discounts[0]
    assert isinstance(discount, stripe.Discount)
    assert discount.source.coupon == "OPEN50"


def test_coupon_has_an_end_a_limit_and_a_scope(shop: Shop) -> None:
    coupons = shop.client.v1.coupons
    gold, other = shop.price(), shop.price()
    customer = shop.customer().id
    ended = coupons.create({"percent_off": 50, "redeem_by": shop.control.now() + 60})
    shop.control.advance(61)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.membership(gold.id, customer, discounts=[{"coupon": ended.id}])
    assert caught.value.code == "coupon_expired"
    scoped = coupons.create({
        "amount_off": 1000, "currency": "cny", "max_redemptions": 1,
        "applies_to": {"products": [str(gold.product)]},
    })  # fmt: skip
    wanted = [{"coupon": scoped.id}]
    assert shop.membership(other.id, customer, discounts=wanted).amount_total == 6600
    shop.member(gold.id, customer, discounts=wanted)
    assert not coupons.retrieve(scoped.id).valid


def test_free_first_period_has_no_payment(shop: Shop) -> None:
    coupon = shop.client.v1.coupons.create({"percent_off": 100, "duration": "once"})
    customer = shop.customer()
    session = shop.membership(shop.price().id, customer.id, discounts=[{"coupon": coupon.id}])
    done = shop.control.pay(session.id)["session"]
    assert done["payment_status"] == "no_payment_required"
    (invoice,) = shop.client.v1.invoices.list({"customer": customer.id}).data
    assert (invoice.status, invoice.amount_paid) == ("paid", 0)
    assert shop.client.v1.invoice_payments.list({"invoice": invoice.id}).data == []
    assert shop.client.v1.subscriptions.retrieve(done["subscription"]).status == "active"


def test_promotion_code_works_on_the_page_and_in_a_call(shop: Shop) -> None:
    coupon = shop.client.v1.coupons.create({"percent_off": 20})
    code = shop.client.v1.promotion_codes.create({
        "code": "SUMMER", "promotion": {"type": "coupon", "coupon": coupon.id},
        "max_redemptions": 1,
    })  # fmt: skip
    session = shop.topup(1000, discounts=[{"promotion_code": code.id}])
    assert session.amount_total == 800
    shop.control.pay(session.id)
    with pytest.raises(stripe.InvalidRequestError, match="used up"):
        shop.topup(1000, discounts=[{"promotion_code": code.id}])


def test_discounts_and_codes_exclude_each_other(shop: Shop) -> None:
    coupon = shop.client.v1.coupons.create({"percent_off": 20})
    with pytest.raises(stripe.InvalidRequestError, match="only specify one"):
        shop.topup(1000, discounts=[{"coupon": coupon.id}], allow_promotion_codes=True)

"""Refunds: in part, in full, too much, late, failed."""

from __future__ import annotations

import pytest
import stripe

from tests.stand_in.shop import Shop


def test_partial_refunds_add_up_on_the_charge(shop: Shop) -> None:
    charge = shop.paid_topup(1000)
    refunds = shop.client.v1.refunds
    refunds.create({"charge": charge, "amount": 300})
    refunds.create({"charge": charge, "amount": 200, "reason": "requested_by_customer"})
    assert shop.client.v1.charges.retrieve(charge).amount_refunded == 500
    assert [e.data.object["amount_refunded"] for e in shop.events("charge.refunded")] == [300, 500]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        refunds.create({"charge": charge, "amount": 501})
    assert caught.value.param == "amount"
    refunds.create({"charge": charge})
    assert shop.client.v1.charges.retrieve(charge).refunded
    with pytest.raises(stripe.InvalidRequestError) as caught:
        refunds.create({"charge": charge})
    assert caught.value.code == "charge_already_refunded"


def test_refund_that_fails_later_gives_the_amount_back(shop: Shop) -> None:
    charge = shop.paid_topup(1000)
    refund = shop.client.v1.refunds.create({"charge": charge})
    assert refund.status == "succeeded"
    shop.control.finish_refund(refund.id, "failed")
    assert shop.client.v1.refunds.retrieve(refund.id).status == "failed"
    again = shop.client.v1.charges.retrieve(charge)
    assert (again.amount_refunded, again.refunded) == (0, False)
    assert [e.type for e in shop.events("refund.failed")] == ["refund.failed"]


def test_refund_that_waits_comes_in_later(shop: Shop) -> None:
    charge = shop.paid_topup(1000)
    shop.control.next_refund("pending")
    refund = shop.client.v1.refunds.create({"charge": charge})
    assert refund.status == "pending"
    assert shop.client.v1.charges.retrieve(charge).amount_refunded == 1000
    shop.control.finish_refund(refund.id, "succeeded")
    assert shop.client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert [e.type for e in shop.events("refund.updated")] == ["refund.updated"]


def test_wallet_payment_is_refunded_too(shop: Shop) -> None:
    charge = shop.paid_topup(1000, "alipay")
    assert charge.startswith("py_")
    refund = shop.client.v1.refunds.create({"charge": charge, "amount": 400})
    booked = shop.client.v1.balance_transactions.retrieve(str(refund.balance_transaction))
    assert (booked.type, booked.amount, booked.fee) == ("payment_refund", -400, 0)

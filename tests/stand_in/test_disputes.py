"""Disputes, inquiries and early fraud warnings."""

from __future__ import annotations

import pytest
import stripe

from tests.stand_in.shop import Shop


def test_dispute_takes_the_money_and_a_win_brings_it_back(shop: Shop) -> None:
    charge = shop.paid_topup(1000, "card_disputed")
    (dispute,) = shop.client.v1.disputes.list({"charge": charge}).data
    assert (dispute.status, dispute.amount) == ("needs_response", 1000)
    assert shop.client.v1.charges.retrieve(charge).disputed
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.client.v1.refunds.create({"charge": charge})
    assert caught.value.code == "charge_disputed"
    won = shop.client.v1.disputes.update(
        dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}}
    )
    assert won.status == "won"
    assert [entry.amount for entry in won.balance_transactions] == [-1000, 1000]
    types = [event.type for event in shop.events() if event.type.startswith("charge.dispute")]
    assert types == [
        "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.updated",
        "charge.dispute.closed", "charge.dispute.funds_reinstated",
    ]  # fmt: skip


def test_lost_dispute_keeps_the_money(shop: Shop) -> None:
    dispute = shop.control.dispute(shop.paid_topup(1000), reason="product_not_received")
    assert shop.client.v1.disputes.close(dispute["id"]).status == "lost"
    assert shop.events("charge.dispute.funds_reinstated") == []


def test_inquiry_takes_no_money_until_it_escalates(shop: Shop) -> None:
    charge = shop.paid_topup(1000)
    inquiry = shop.control.dispute(charge, inquiry=True)
    assert inquiry["status"] == "warning_needs_response"
    assert inquiry["balance_transactions"] == []
    assert shop.events("charge.dispute.funds_withdrawn") == []
    escalated = shop.control.move_dispute(inquiry["id"], "needs_response")
    assert [entry["amount"] for entry in escalated["balance_transactions"]] == [-1000]


def test_closed_inquiry_leaves_everything(shop: Shop) -> None:
    charge = shop.paid_topup(1000)
    inquiry = shop.control.dispute(charge, inquiry=True)
    assert shop.control.move_dispute(inquiry["id"], "warning_closed")["status"] == "warning_closed"
    assert shop.client.v1.refunds.create({"charge": charge}).status == "succeeded"


def test_early_fraud_warning_comes_before_anything_happened(shop: Shop) -> None:
    charge = shop.paid_topup(1000)
    shop.control.warn(charge)
    (warning,) = shop.client.v1.radar.early_fraud_warnings.list({"charge": charge}).data
    assert warning.actionable
    (event,) = shop.events("radar.early_fraud_warning.created")
    assert event.data.object["id"] == warning.id

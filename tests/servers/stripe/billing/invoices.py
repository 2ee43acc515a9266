"""Invoices: drafted from lines, finalized, paid, failed, voided."""

from __future__ import annotations

from tests.servers.stripe.billing.discounts import shares_off
from tests.servers.stripe.blanks import INVOICE
from tests.servers.stripe.events import changing, emit
from tests.servers.stripe.world import Obj, World, list_of, public


def new_line(
    world: World,
    sub: Obj,
    item: Obj,
    *,
    amount: int,
    period: tuple[int, int],
    description: str,
    price: Obj,
    proration: bool = False,
) -> Obj:
    """One line: what is asked for a subscription item and a period, before discounts."""
    return {
        "id": world.new_id("il_1"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": description,
        "discount_amounts": [],
        "discountable": not proration,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": dict(sub["metadata"]),
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": world.new_id("ii_1") if proration else None,
                "proration": proration,
                "proration_details": {"credited_items": None},
                "subscription": sub["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"start": period[0], "end": period[1]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
        "subtotal": amount,
        "taxes": [],
    }


def build(world: World, sub: Obj, reason: str, lines: list[Obj], period: tuple[int, int]) -> Obj:
    """The invoice object of these lines with the subscription's discounts; not kept yet."""
    customer = world.get("customer", sub["customer"])
    now = world.now_for(sub["test_clock"])
    id = world.new_id("in_1")
    totals = _discount(world, sub, lines, now)
    for line in lines:
        line["invoice"] = id
    subtotal = sum(line["amount"] for line in lines)
    total = subtotal - sum(share["amount"] for share in totals)
    return {
        **public(INVOICE),
        "id": id,
        "account_country": world.settings.country,
        "account_name": world.settings.account_name,
        "amount_due": max(total, 0),
        "amount_remaining": max(total, 0),
        "billing_reason": reason,
        "collection_method": sub["collection_method"],
        "created": now,
        "currency": sub["currency"],
        "customer": sub["customer"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_tax_exempt": customer["tax_exempt"],
        "discounts": list(dict.fromkeys(share["discount"] for share in totals)),
        "lines": list_of(lines, f"/v1/invoices/{id}/lines"),
        "parent": {
            "quote_details": None,
            "subscription_details": {
                "metadata": dict(sub["metadata"]),
                "subscription": sub["id"],
            },
            "type": "subscription_details",
        },
        "period_end": period[1],
        "period_start": period[0],
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "test_clock": sub["test_clock"],
        "total": total,
        "total_discount_amounts": totals,
        "total_excluding_tax": total,
        "_subscription": sub["id"],
        "_failed_at": None,
    }


def _discount(world: World, sub: Obj, lines: list[Obj], now: int) -> list[Obj]:
    """Take the subscription's discounts off the lines; what each took in all."""
    totals = []
    for id in sub["discounts"]:
        discount = world.get("discount", id)
        if discount["end"] is not None and discount["end"] <= now:
            continue
        coupon = discount["_coupon"]
        regular = [line for line in lines if line["discountable"]]
        shares = shares_off(coupon, [
            (line["pricing"]["price_details"]["product"],
             line["amount"] - sum(one["amount"] for one in line["discount_amounts"]))
            for line in regular
        ])  # fmt: skip
        for line, share in zip(regular, shares, strict=True):
            if share:
                line["discount_amounts"].append({"amount": share, "discount": id})
        totals.append({"amount": sum(shares), "discount": id})
    return totals


def draft(world: World, sub: Obj, reason: str, lines: list[Obj], period: tuple[int, int]) -> Obj:
    """A draft that will finalize itself; a coupon that counts once is used up by it."""
    invoice = world.add(build(world, sub, reason, lines, period))
    wait = world.settings.finalize_after_s if reason == "subscription_cycle" else 0
    invoice["automatically_finalizes_at"] = invoice["created"] + wait
    once = {
        id for id in sub["discounts"]
        if world.get("discount", id)["_coupon"]["duration"] == "once" and id in invoice["discounts"]
    }  # fmt: skip
    sub["discounts"] = [id for id in sub["discounts"] if id not in once]
    sub["latest_invoice"] = invoice["id"]
    emit(world, "invoice.created", invoice)
    return invoice


def finalize(world: World, invoice: Obj) -> Obj:
    """Give it a number and take the customer's balance into account."""
    customer = world.get("customer", invoice["customer"])
    now = world.now_for(invoice["test_clock"])
    number = customer["next_invoice_sequence"]
    customer["next_invoice_sequence"] = number + 1
    before = customer["balance"]
    # A negative balance is money we owe; a total below zero adds to it.
    due = max(invoice["total"] + before, 0)
    customer["balance"] = invoice["total"] + before - due
    page = f"{world.settings.public_url}/i/{invoice['id']}"
    invoice.update(
        amount_due=due,
        amount_remaining=due,
        automatically_finalizes_at=None,
        effective_at=now,
        ending_balance=customer["balance"],
        hosted_invoice_url=page,
        invoice_pdf=f"{page}/pdf",
        number=f"{customer['invoice_prefix']}-{number:04d}",
        starting_balance=before,
        status="open",
    )
    invoice["status_transitions"]["finalized_at"] = now
    emit(world, "invoice.finalized", invoice)
    if due == 0:
        mark_paid(world, invoice, None)
    return invoice


def payment_of(world: World, invoice: Obj) -> Obj | None:
    """The open or paid payment of an invoice."""
    for payment in world.where("invoice_payment", invoice=invoice["id"]):
        if payment["status"] != "canceled":
            return payment
    return None


def add_payment(world: World, invoice: Obj, intent: Obj) -> Obj:
    """Tie a payment intent to an invoice."""
    intent["_invoice"] = invoice["id"]
    return world.add(
        {
            "id": world.new_id("inpay_1"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": invoice["amount_due"],
            "created": world.now_for(invoice["test_clock"]),
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
    )


def mark_paid(world: World, invoice: Obj, intent: Obj | None) -> None:
    """The money is there, or none was due."""
    now = world.now_for(invoice["test_clock"])
    payment = payment_of(world, invoice) if intent is not None else None
    if payment is not None:
        payment.update(status="paid", amount_paid=invoice["amount_due"])
        payment["status_transitions"]["paid_at"] = now
    invoice.update(
        amount_paid=invoice["amount_due"], amount_remaining=0, attempted=True, status="paid",
        next_payment_attempt=None, auto_advance=False,
    )  # fmt: skip
    invoice["status_transitions"]["paid_at"] = now
    emit(world, "invoice.paid", invoice)
    emit(world, "invoice.payment_succeeded", invoice)
    if payment is not None:
        emit(world, "invoice_payment.paid", payment)


def close(world: World, invoice: Obj, status: str) -> None:
    """Void it, or give it up as uncollectible; what was taken from the balance goes back."""
    now = world.now_for(invoice["test_clock"])
    used = invoice["starting_balance"] - (invoice["ending_balance"] or 0)
    if status == "void" and invoice["status"] == "open" and used:
        world.get("customer", invoice["customer"])["balance"] += used
    name = {"void": "voided", "uncollectible": "marked_uncollectible"}[status]
    with changing(world, invoice, None):
        invoice.update(status=status, next_payment_attempt=None, auto_advance=False)
        invoice["status_transitions"][f"{name}_at"] = now
    payment = payment_of(world, invoice)
    if payment is not None and status == "void":
        payment["status"] = "canceled"
        payment["status_transitions"]["canceled_at"] = now
    emit(world, f"invoice.{name}", invoice)

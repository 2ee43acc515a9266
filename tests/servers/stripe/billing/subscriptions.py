"""Subscriptions: their items, periods and states, from the first invoice to the end.

Stripe's own page: https://docs.stripe.com/billing/subscriptions/overview
"""

from __future__ import annotations

from tests.servers.stripe.billing import invoices
from tests.servers.stripe.billing.periods import period_end, shift
from tests.servers.stripe.blanks import SUBSCRIPTION
from tests.servers.stripe.errors import invalid_request
from tests.servers.stripe.events import changing, emit
from tests.servers.stripe.resources.coupons import redeem
from tests.servers.stripe.world import Obj, World, list_of, public

OVER = ("canceled", "incomplete_expired")


def new_item(world: World, sub: Obj, price: Obj, quantity: int, start: int, end: int) -> Obj:
    """One item of a subscription with its period."""
    item: Obj = {
        "id": world.new_id("si", 14),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": start,
        "current_period_end": end,
        "current_period_start": start,
        "discounts": [],
        "metadata": {},
        "quantity": quantity,
        "subscription": sub["id"],
        "tax_rates": [],
    }
    set_price(item, price)
    return item


def set_price(item: Obj, price: Obj) -> None:
    """Put a price on an item, and the plan that the API still shows beside it."""
    recurring = price["recurring"]
    item["price"] = public(price)
    item["plan"] = {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "metadata": dict(price["metadata"]),
        "meter": None,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def new_subscription(
    world: World,
    customer: Obj,
    prices: list[tuple[Obj, int]],
    *,
    metadata: Obj | None = None,
    discounts: list[Obj] | None = None,
    method: str | None = None,
    description: str | None = None,
) -> Obj:
    """A subscription that nothing was paid for yet. No event: the caller says what it became."""
    clock = customer["test_clock"]
    now = world.now_for(clock)
    id = world.new_id("sub_1")
    sub: Obj = {
        **public(SUBSCRIPTION),
        "id": id,
        "billing_cycle_anchor": now,
        "created": now,
        "currency": prices[0][0]["currency"],
        "customer": customer["id"],
        "default_payment_method": method,
        "description": description,
        "metadata": metadata or {},
        "start_date": now,
        "test_clock": clock,
        "_pending_lines": [],
    }
    recurring = prices[0][0]["recurring"]
    end = shift(now, recurring["interval"], recurring["interval_count"])
    items = [new_item(world, sub, price, quantity, now, end) for price, quantity in prices]
    sub["items"] = list_of(items, f"/v1/subscription_items?subscription={id}")
    for wanted in discounts or []:
        add_discount(world, sub, wanted)
    customer["currency"] = sub["currency"]
    return world.add(sub)


def refuse_other_currency(world: World, customer: str, currency: str) -> None:
    """A customer's subscriptions all have one currency. Raises ApiError."""
    for sub in world.where("subscription", customer=customer):
        if sub["status"] not in OVER and sub["currency"] != currency:
            raise invalid_request(
                "You cannot combine currencies on a single customer. This customer has an active "
                f"subscription with currency {sub['currency']}."
            )


def add_discount(world: World, sub: Obj, wanted: Obj) -> Obj:
    """Redeem a coupon for a subscription."""
    coupon = world.get("coupon", wanted["coupon"], "coupon")
    now = world.now_for(sub["test_clock"])
    months = coupon["duration_in_months"]
    discount = world.add(
        {
            "id": world.new_id("di_1"),
            "object": "discount",
            "checkout_session": None,
            "customer": sub["customer"],
            "end": shift(now, "month", months) if months else None,
            "invoice": None,
            "invoice_item": None,
            "promotion_code": wanted.get("promotion_code"),
            "source": {"type": "coupon", "coupon": coupon["id"]},
            "start": now,
            "subscription": sub["id"],
            "subscription_item": None,
            "_coupon": dict(coupon),
        }
    )
    redeem(world, {"coupon": coupon["id"], "promotion_code": wanted.get("promotion_code")})
    sub["discounts"] = [*sub["discounts"], discount["id"]]
    return discount


def full_lines(world: World, sub: Obj) -> list[Obj]:
    """A line for the whole current period of each item."""
    lines = []
    for item in sub["items"]["data"]:
        price = item["price"]
        product = world.find("product", price["product"])
        name = product["name"] if product else price["product"]
        lines.append(
            invoices.new_line(
                world, sub, item,
                amount=price["unit_amount"] * item["quantity"],
                period=(item["current_period_start"], item["current_period_end"]),
                description=f"{item['quantity']} × {name}",
                price=price,
            )
        )  # fmt: skip
    return lines


def first_invoice(world: World, sub: Obj) -> Obj:
    """The invoice a subscription begins with, finalized at once."""
    now = world.now_for(sub["test_clock"])
    return invoices.draft(world, sub, "subscription_create", full_lines(world, sub), (now, now))


def set_period(sub: Obj, start: int, end: int) -> None:
    """Move all items to a period."""
    for item in sub["items"]["data"]:
        item.update(current_period_start=start, current_period_end=end)


def next_end(sub: Obj, start: int) -> int:
    """Where the period that begins now ends."""
    recurring = sub["items"]["data"][0]["price"]["recurring"]
    return period_end(
        sub["billing_cycle_anchor"], recurring["interval"], recurring["interval_count"], start
    )


def current_end(sub: Obj) -> int:
    """The end of the period that runs."""
    return int(sub["items"]["data"][0]["current_period_end"])


def paid(world: World, sub: Obj, invoice: Obj) -> None:
    """An invoice of it was paid: it lives again, unless an invoice is still open or it is over."""
    if sub["status"] not in ("incomplete", "past_due", "unpaid"):
        return
    still_open = [
        one for one in world.where("invoice", status="open", _subscription=sub["id"])
        if one["id"] != invoice["id"]
    ]  # fmt: skip
    if sub["status"] != "incomplete" and still_open and invoice["id"] != sub["latest_invoice"]:
        return
    with changing(world, sub, "customer.subscription.updated"):
        sub["status"] = "active"


def unpaid(world: World, sub: Obj, invoice: Obj) -> None:
    """An invoice of it was not paid."""
    if sub["status"] == "active" and invoice["id"] == sub["latest_invoice"]:
        with changing(world, sub, "customer.subscription.updated"):
            sub["status"] = "past_due"


def end(world: World, sub: Obj, *, reason: str, status: str = "canceled") -> None:
    """The subscription is over; its open invoices are no longer collected."""
    now = world.now_for(sub["test_clock"])
    sub.update(status=status, ended_at=now, canceled_at=sub["canceled_at"] or now)
    sub["cancellation_details"] = {
        **sub["cancellation_details"],
        "reason": sub["cancellation_details"]["reason"] or reason,
    }
    for invoice in world.where("invoice", _subscription=sub["id"]):
        if invoice["status"] == "draft" and status == "canceled":
            invoice.update(auto_advance=False, automatically_finalizes_at=None)
        if invoice["status"] == "open":
            if status == "incomplete_expired":
                invoices.close(world, invoice, "void")
            else:
                invoice.update(auto_advance=False, next_payment_attempt=None)
    type = "updated" if status == "incomplete_expired" else "deleted"
    emit(world, f"customer.subscription.{type}", sub,
         {"status": "incomplete"} if type == "updated" else None)  # fmt: skip

"""Changing a subscription: other prices, a new anchor, prorations to the second.

Stripe's own page: https://docs.stripe.com/billing/subscriptions/prorations
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tests.servers.stripe import payments, settlement
from tests.servers.stripe.billing import invoices, subscriptions
from tests.servers.stripe.errors import invalid_request
from tests.servers.stripe.world import Obj, World


@dataclass(frozen=True)
class Change:
    """What becomes of one item."""

    item: Obj
    price: Obj
    quantity: int


def changes_of(world: World, sub: Obj, wanted: list[Obj]) -> list[Change]:
    """The changes that `items` asks for. Raises ApiError."""
    items = {item["id"]: item for item in sub["items"]["data"]}
    found = []
    for number, one in enumerate(wanted):
        if one.get("deleted") or "id" not in one:
            raise invalid_request(
                "The stand-in changes existing items only.", param=f"items[{number}]"
            )
        if one["id"] not in items:
            raise invalid_request(
                f"No such subscription item: '{one['id']}'", param=f"items[{number}][id]",
                code="resource_missing", status=404,
            )  # fmt: skip
        item = items[one["id"]]
        price = item["price"]
        if "price" in one:
            price = world.get("price", one["price"], f"items[{number}][price]")
            if not price["active"] and price["id"] != item["price"]["id"]:
                raise invalid_request(
                    "The price specified is inactive. This field only accepts active prices.",
                    param=f"items[{number}][price]",
                )
            if not price["recurring"]:
                raise invalid_request(
                    "The price specified is set to `type=one_time` but this field only accepts "
                    "prices with `type=recurring`.",
                    param=f"items[{number}][price]",
                )
        found.append(Change(item, price, one.get("quantity", item["quantity"])))
    return found


def change_items(world: World, sub: Obj, changes: list[Change], params: Obj) -> None:
    """Apply changes and invoice what they cost, as the parameters say. Raises ApiError."""
    now = world.now_for(sub["test_clock"])
    resets = _resets(changes, params)
    bills = resets or params.get("proration_behavior") == "always_invoice"
    if bills:
        _refuse_unpayable(world, sub, params)
    lines = _apply(world, sub, changes, params, now)
    if not bills:
        sub["_pending_lines"] += lines
    elif lines:
        lines = [*sub["_pending_lines"], *lines]
        sub["_pending_lines"] = []
        invoice = invoices.draft(world, sub, "subscription_update", lines, (now, now))
        invoices.finalize(world, invoice)
        settlement.collect(world, invoice, settlement.method_for(world, sub))


def preview(
    world: World, sub: Obj, changes: list[Change], params: Obj, now: int
) -> tuple[list[Obj], bool]:
    """The lines that changes would cost (on a copy), and whether a new period would begin now."""
    resets = _resets(changes, params)
    return _apply(world, sub, changes, params, now), resets


def _resets(changes: list[Change], params: Obj) -> bool:
    """Whether a new period begins now: asked for, or the price has another interval."""
    asked: bool = params.get("billing_cycle_anchor", {}).get("type") == "now"
    return asked or any(_cycle(change.price) != _cycle(change.item["price"]) for change in changes)


def _apply(world: World, sub: Obj, changes: list[Change], params: Obj, now: int) -> list[Obj]:
    """Change the items and the period; the lines this costs."""
    resets = _resets(changes, params)
    prorates = params.get("proration_behavior", "create_prorations") != "none"
    lines = _prorations(world, sub, changes, now, resets) if prorates else []
    for change in changes:
        subscriptions.set_price(change.item, change.price)
        change.item["quantity"] = change.quantity
    if resets:
        sub["billing_cycle_anchor"] = now
        subscriptions.set_period(sub, now, subscriptions.next_end(sub, now))
        if sub["cancel_at_period_end"]:
            sub["cancel_at"] = subscriptions.current_end(sub)
        lines += subscriptions.full_lines(world, sub)
    return lines


def _cycle(price: Obj) -> tuple[str, int]:
    return price["recurring"]["interval"], price["recurring"]["interval_count"]


def _refuse_unpayable(world: World, sub: Obj, params: Obj) -> None:
    """With `error_if_incomplete` a payment that will fail changes nothing at all."""
    behaviour = params.get("payment_behavior", "allow_incomplete")
    if behaviour == "pending_if_incomplete":
        raise invalid_request("The stand-in has no pending updates.", param="payment_behavior")
    if behaviour != "error_if_incomplete":
        return
    method = settlement.method_for(world, sub)
    if method is None:
        raise invalid_request(
            "This customer has no attached payment source or default payment method. Please "
            "consider adding a default payment method.",
            code="resource_missing",
        )
    if why := payments.verdict(method, present=False):
        raise payments.refusal(why)


def _prorations(world: World, sub: Obj, changes: list[Change], now: int, resets: bool) -> list[Obj]:
    """The unused time of the old price back, the remaining time of the new one asked for."""
    lines = []
    for change in changes:
        start, end = change.item["current_period_start"], change.item["current_period_end"]
        left = Fraction(end - now, end - start)
        old = change.item["price"]
        parts = [(old, -old["unit_amount"] * change.item["quantity"], "Unused time on")]
        if not resets:  # otherwise a full period of the new price begins now
            amount = change.price["unit_amount"] * change.quantity
            parts.append((change.price, amount, "Remaining time on"))
        for price, amount, words in parts:
            product = world.get("product", price["product"])
            lines.append(
                invoices.new_line(
                    world, sub, change.item, amount=round(amount * left), period=(now, end),
                    description=f"{words} {product['name']}", price=price, proration=True,
                )
            )  # fmt: skip
    return lines


def set_cancellation(world: World, sub: Obj, params: Obj) -> None:
    """Cancel at the end of the period, at a moment, or not at all any more."""
    end = subscriptions.current_end(sub)
    wanted = params.get("cancel_at")
    if params.get("cancel_at_period_end") and wanted:
        raise invalid_request(
            "You may only specify one of these parameters: cancel_at_period_end, cancel_at.",
            param="cancel_at",
        )
    if params.get("cancel_at_period_end"):
        sub.update(cancel_at=end, cancel_at_period_end=True)
    elif params.get("cancel_at_period_end") is False or wanted == "":
        sub.update(cancel_at=None, cancel_at_period_end=False, canceled_at=None)
        sub["cancellation_details"] = {**sub["cancellation_details"], "reason": None}
        return
    elif wanted is not None:
        moment = wanted if isinstance(wanted, int) else end
        sub.update(cancel_at=moment, cancel_at_period_end=False)
    else:
        return
    sub["canceled_at"] = world.now_for(sub["test_clock"])
    sub["cancellation_details"] = {
        **sub["cancellation_details"], "reason": "cancellation_requested",
    }  # fmt: skip

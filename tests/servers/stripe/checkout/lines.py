"""What a session sells, and what it comes to after discounts."""

from __future__ import annotations

from tests.servers.stripe.billing.discounts import shares_off
from tests.servers.stripe.errors import invalid_request
from tests.servers.stripe.resources.products import inline_price
from tests.servers.stripe.world import Obj, World, public

LEAST = {"cny": 300, "usd": 50, "eur": 50, "hkd": 400}


def items_of(world: World, params: Obj) -> list[Obj]:
    """The line items asked for. Raises ApiError where one cannot be sold."""
    recurring_wanted = params["mode"] == "subscription"
    items = []
    for number, line in enumerate(params["line_items"]):
        path = f"line_items[{number}]"
        if "price_data" in line:
            price = inline_price(world, line["price_data"], recurring_wanted=recurring_wanted)
        elif "price" in line:
            price = world.get("price", line["price"], f"{path}[price]")
            _refuse_archived(world, price, path)
        else:
            raise invalid_request(
                f"Missing required param: {path}[price].", param=f"{path}[price]",
                code="parameter_missing",
            )  # fmt: skip
        if price["recurring"] and not recurring_wanted:
            raise invalid_request(
                "You specified `payment` mode but passed a recurring price. Either switch to "
                "`subscription` mode or use only one-time prices.",
                param="line_items",
            )
        quantity = line.get("quantity")
        if quantity is None or quantity < 1:
            raise invalid_request(
                "Quantity is required. Add `quantity`.", param=f"{path}[quantity]"
            )
        items.append(_item(world, price, quantity))
    if recurring_wanted and not all(item["price"]["recurring"] for item in items):
        raise invalid_request(
            "The stand-in sells recurring prices only in `subscription` mode.", param="line_items"
        )
    if len({item["currency"] for item in items}) > 1:
        raise invalid_request(
            "All prices in a Checkout Session must be in the same currency.", param="line_items"
        )
    return items


def _refuse_archived(world: World, price: Obj, path: str) -> None:
    product = world.get("product", price["product"])
    if not price["active"]:
        raise invalid_request(
            "The price specified is inactive. This field only accepts active prices.",
            param=f"{path}[price]",
        )
    if not product["active"]:
        raise invalid_request(
            f"The product {product['id']} is marked as inactive, and thus no new subscriptions "
            "or sales of it can begin.",
            param=f"{path}[price]",
        )


def _item(world: World, price: Obj, quantity: int) -> Obj:
    amount = price["unit_amount"] * quantity
    return {
        "id": world.new_id("li_1"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": world.get("product", price["product"])["name"],
        "metadata": {},
        "price": public(price),
        "quantity": quantity,
    }


def totals_of(world: World, session: Obj) -> None:
    """Set the amounts of a session and its lines from its prices and discounts."""
    items = session["_items"]
    if not items:
        return
    for item in items:
        item["amount_discount"] = 0
    for wanted in session["discounts"]:
        coupon = world.get("coupon", wanted["coupon"])
        shares = shares_off(coupon, [
            (item["price"]["product"], item["amount_subtotal"] - item["amount_discount"])
            for item in items
        ])  # fmt: skip
        for item, share in zip(items, shares, strict=True):
            item["amount_discount"] += share
    for item in items:
        item["amount_total"] = item["amount_subtotal"] - item["amount_discount"]
    off = sum(item["amount_discount"] for item in items)
    subtotal = sum(item["amount_subtotal"] for item in items)
    least = LEAST.get(session["currency"], 50)
    if session["mode"] == "payment" and 0 < subtotal - off < least:
        raise invalid_request(
            "The Checkout Session's total amount due must add up to at least "
            f"{least} in {session['currency']}.",
            param="line_items", code="amount_too_small",
        )  # fmt: skip
    session.update(amount_subtotal=subtotal, amount_total=subtotal - off)
    session["total_details"] = {"amount_discount": off, "amount_shipping": 0, "amount_tax": 0}

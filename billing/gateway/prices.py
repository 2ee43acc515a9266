"""Products, prices and coupons at Stripe. A price is never edited: a new amount is a new price."""

from __future__ import annotations

from dataclasses import dataclass

from billing.gateway.client import client, id_of, in_our_words, plain
from billing.gateway.errors import Missing, Rejected


@dataclass(frozen=True, slots=True)
class RecurringPrice:
    """A price that renews every `months`, found again by its lookup key."""

    lookup_key: str
    product_key: str
    product_name: str
    amount_minor: int
    currency: str
    months: int


def ensure_price(wanted: RecurringPrice) -> tuple[str, str]:
    """The ids of price and product, made where they are missing. Raises GatewayError.

    A price under the lookup key with another amount is archived and replaced.
    """
    product_id = _ensure_product(wanted)
    with in_our_words():
        listed = client().v1.prices.list({"lookup_keys": [wanted.lookup_key], "limit": 1}).data
        for found in map(plain, listed):
            recurring = found.get("recurring") or {}
            same = (
                found["unit_amount"] == wanted.amount_minor
                and found["currency"] == wanted.currency.lower()
                and _months(recurring) == wanted.months
                and id_of(found["product"]) == product_id
            )
            if same:
                if not found["active"]:
                    client().v1.prices.update(found["id"], {"active": True})
                return found["id"], product_id
        made = client().v1.prices.create(
            {
                "product": product_id,
                "currency": wanted.currency.lower(),
                "unit_amount": wanted.amount_minor,
                "recurring": {"interval": "month", "interval_count": wanted.months},
                "lookup_key": wanted.lookup_key,
                "transfer_lookup_key": True,
            }
        )
        for found in map(plain, listed):
            client().v1.prices.update(found["id"], {"active": False})
    return made.id, product_id


def archive_price(price_id: str) -> None:
    """Sell a price no longer; subscriptions on it go on. Raises GatewayError."""
    with in_our_words():
        client().v1.prices.update(price_id, {"active": False})


def ensure_coupon(*, coupon_id: str, name: str, amount_minor: int, currency: str) -> None:
    """A coupon that takes an exact amount off the first invoice. Raises GatewayError."""
    try:
        with in_our_words():
            client().v1.coupons.retrieve(coupon_id)
    except Missing:
        with in_our_words():
            client().v1.coupons.create(
                {
                    "id": coupon_id,
                    "name": name[:40],
                    "amount_off": amount_minor,
                    "currency": currency.lower(),
                    "duration": "once",
                },
                {"idempotency_key": f"coupon-{coupon_id}-{amount_minor}"},
            )


def _ensure_product(wanted: RecurringPrice) -> str:
    product_id = wanted.product_key
    try:
        with in_our_words():
            found = plain(client().v1.products.retrieve(product_id))
            if not found["active"]:
                client().v1.products.update(product_id, {"active": True})
    except Missing:
        _make_product(product_id, wanted.product_name)
    return product_id


def _make_product(product_id: str, name: str) -> None:
    try:
        with in_our_words():
            client().v1.products.create({"id": product_id, "name": name})
    except Rejected as error:
        if error.code != "resource_already_exists":
            raise


def _months(recurring: dict[str, object]) -> int:
    count = int(str(recurring.get("interval_count") or 0))
    return count * {"month": 1, "year": 12}.get(str(recurring.get("interval")), 0)

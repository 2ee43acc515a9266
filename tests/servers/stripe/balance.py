"""What the merchant's balance saw: one row for each movement of money, with Stripe's fee."""

from __future__ import annotations

from tests.servers.stripe.listing import fits, page
from tests.servers.stripe.routing import PAGES, answers
from tests.servers.stripe.world import DAY, Obj, World

CATEGORY = {
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
    "adjustment": "dispute",
}


def book(
    world: World, type: str, amount: int, source: Obj, *, fee: int = 0, category: str | None = None
) -> str:
    """Write a movement down. Returns its id."""
    fees = [
        {
            "amount": fee, "application": None, "currency": source["currency"],
            "description": "Stripe processing fees", "type": "stripe_fee",
        }
    ]  # fmt: skip
    entry = world.add(
        {
            "id": world.new_id("txn_1"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": source["created"] + 2 * DAY,
            "balance_type": "payments",
            "created": world.now_for(source.get("_clock")),
            "currency": source["currency"],
            "description": source.get("description"),
            "exchange_rate": None,
            "fee": fee,
            "fee_details": fees if fee else [],
            "net": amount - fee,
            "reporting_category": category or CATEGORY[type],
            "source": source["id"],
            "status": "available",
            "type": type,
        }
    )
    return str(entry["id"])


def fee_of(world: World, amount: int) -> int:
    """What a payment of this amount costs."""
    return amount * world.settings.fee_share // 10_000 + world.settings.fee_fixed


@answers("GET", "/v1/balance_transactions/{id}")
def get_balance_transaction(world: World, params: Obj, id: str) -> Obj:
    return world.get("balance_transaction", id)


@answers(
    "GET",
    "/v1/balance_transactions",
    f"{PAGES} currency source type",
)
def list_balance_transactions(world: World, params: Obj) -> Obj:
    found = [
        entry for entry in world.all("balance_transaction")
        if fits(entry, params, "currency", "source", "type")
    ]  # fmt: skip
    return page(found, params, "/v1/balance_transactions")

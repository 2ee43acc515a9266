"""What Stripe kept of the money: fees, by currency of the balance."""

from __future__ import annotations

from datetime import datetime

from billing.gateway.client import client, in_our_words, plain

# Whole rows that are a fee, beside the fees that are a part of another row.
_FEES = ("stripe_fee", "stripe_fx_fee", "tax_fee")


def fees(*, starts_at: datetime, ends_at: datetime) -> dict[str, int]:
    """Fees of [starts_at, ends_at) in minor units; a fee given back counts against them.

    Raises GatewayError.
    """
    total: dict[str, int] = {}
    with in_our_words():
        listed = client().v1.balance_transactions.list(
            {
                "created": {"gte": int(starts_at.timestamp()), "lt": int(ends_at.timestamp())},
                "limit": 100,
            }
        )
        for row in map(plain, listed.auto_paging_iter()):
            fee_minor = row["fee"] - (row["amount"] if row["type"] in _FEES else 0)
            if fee_minor:
                currency = row["currency"].upper()
                total[currency] = total.get(currency, 0) + fee_minor
    return total

from billing.admin import (
    catalogue,
    codes,
    grant_budget,
    ledger,
    money,
    owners,
    paper,
    referrals,
    refunds,
    reviews,
    wallets,
)

__all__ = [
    "catalogue",
    "codes",
    "grant_budget",
    "ledger",
    "money",
    "owners",
    "paper",
    "referrals",
    "refunds",
    "reviews",
    "wallets",
]

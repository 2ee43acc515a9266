from billing.admin import (
    catalogue,
    codes,
    ledger,
    money,
    owners,
    paper,
    referrals,
    refunds,
    wallets,
)

__all__ = [
    "catalogue",
    "codes",
    "ledger",
    "money",
    "owners",
    "paper",
    "referrals",
    "refunds",
    "wallets",
]

"""One Python process of django-hordak doing a pair: two plain transfers, without lots or a guard.

`python -m bench._ledger.hordak_client prepare` makes the accounts;
`python -m bench._ledger.hordak_client SECONDS` prints how many pairs it made.
"""

from __future__ import annotations

import random
import sys
import time
from typing import Any

import django
from django.apps import apps
from django.db import connection, transaction

ACCOUNTS = 500


def account_model() -> Any:
    """hordak's Account; it is only there where hordak is."""
    label, name = "hordak", "Account"
    return apps.get_model(label, name)


def prepare() -> None:
    """Wallets' accounts and the two that all points pass."""
    account = account_model()
    for number in range(ACCOUNTS):
        account.objects.create(name=f"wallet {number}", type="LI", currencies=["EUR"])
    for name in ("held", "spent"):
        account.objects.create(name=name, type="IN", currencies=["EUR"])


def main(seconds: float) -> None:
    """Pairs until the time is over."""
    account = account_model()
    wallets = list(account.objects.filter(type="LI"))
    held, spent = account.objects.get(name="held"), account.objects.get(name="spent")
    money = sys.modules["moneyed"].Money(1, "EUR")
    connection.ensure_connection()
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        wallet = random.choice(wallets)
        with transaction.atomic(durable=True):
            wallet.transfer_to(held, money)
        with transaction.atomic(durable=True):
            held.transfer_to(spent, money)
        count += 1
    print(count)


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "prepare":
        prepare()
    else:
        main(float(sys.argv[1]))

"""The wallet a user spends from, opened on first need."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from billing.ledger import services as ledger
from billing.models import WalletOwner
from billing.selectors.wallets import wallet_id_of


def wallet_for(*, user: User, now: datetime) -> int:
    """The id of the user's wallet; many first requests at once open exactly one."""
    owned = wallet_id_of(user)
    return owned if owned is not None else _open_wallet(user, now)


@transaction.atomic
def _open_wallet(user: User, now: datetime) -> int:
    # The user's row is the lock: without it two first requests would open two wallets.
    User.objects.select_for_update().get(pk=user.pk)
    owned = wallet_id_of(user)
    if owned is not None:
        return owned
    wallet_id = ledger.open_wallet(now=now)
    WalletOwner.objects.create(user=user, wallet_id=wallet_id)
    return wallet_id

"""What a wallet's owner sees: points, lots in order of use, the next claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from accounts.models import User
from accounts.selectors.users import has_verified_email
from billing.ledger import selectors as ledger
from billing.ledger.models import Transaction
from billing.points_day import points_day
from billing.selectors.audience import in_audience
from billing.types import Lot

_WALLETS_PAYING = """
select wallet_id, user_id = %(user)s from billing_walletowner
 where user_id = %(user)s or user_id in (
       select team.owner_id
         from accounts_seat seat join accounts_team team on team.id = seat.team_id
        where seat.user_id = %(user)s and seat.left_at is null)
"""


@dataclass(frozen=True, slots=True)
class WalletOverview:
    """Points of a wallet in hundredths; `wallet_id` is None before the first need of one."""

    wallet_id: int | None
    available_cp: int
    held_cp: int
    debt_cp: int
    lots: list[Lot]
    next_claim_at: datetime
    claimable: bool


def overview(*, user: User, now: datetime) -> WalletOverview:
    """The user's wallet as of `now`. `next_claim_at` is not after `now` when a claim is due."""
    day = points_day(now, settings.POINTS_DAY_TZ)
    wallet_id = wallet_id_of(user)
    if wallet_id is None:
        return WalletOverview(None, 0, 0, 0, [], day.starts_at, has_verified_email(user))
    balance = ledger.balance(wallet_id=wallet_id, now=now)
    claimed = claimed_on(wallet_id=wallet_id, key=day.claim_key)
    return WalletOverview(
        wallet_id=wallet_id,
        available_cp=balance.available_cp,
        held_cp=balance.held_cp,
        debt_cp=balance.debt_cp,
        lots=ledger.lots(wallet_id=wallet_id, now=now),
        next_claim_at=day.ends_at if claimed else day.starts_at,
        claimable=not claimed
        and has_verified_email(user)
        and in_audience(wallet_id=wallet_id, now=now),
    )


def claimed_on(*, wallet_id: int, key: str) -> bool:
    """Whether the ledger has a transaction under the claim key of a day."""
    return Transaction.objects.filter(wallet_id=wallet_id, key=key).exists()


def wallet_id_of(user: User) -> int | None:
    """The user's wallet, None when none was opened yet."""
    with connection.cursor() as cursor:  # every request asks: a query set costs more than its query
        cursor.execute("select wallet_id from billing_walletowner where user_id = %s", [user.pk])
        found = cursor.fetchone()
    return found[0] if found else None


def wallets_paying(user: User) -> tuple[int, list[int]]:
    """The user's own wallet (0 when none was opened yet) and those of teams they have a seat in."""
    with connection.cursor() as cursor:
        cursor.execute(_WALLETS_PAYING, {"user": user.pk})
        found = cursor.fetchall()
    own = next((wallet_id for wallet_id, mine in found if mine), 0)
    return own, [wallet_id for wallet_id, mine in found if not mine]

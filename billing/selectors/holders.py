"""What a hold must know of its holder once the wallet is locked."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

# One round trip: every submit makes it while the wallet is locked.
_HOLDER = """
select exists (select from accounts_user
                where banned_at is not null
                  and (id = %(user)s or id = (select user_id from billing_walletowner
                                               where wallet_id = %(wallet)s))),
       exists (select from billing_autotopup
                where wallet_id = %(wallet)s and enabled and threshold_cp > %(left)s)
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """`banned`: who asks or who pays is barred. `low`: less is left than the owner's top-up
    threshold."""

    banned: bool
    low: bool


def holder(*, user_id: UUID, wallet_id: int, available_cp: int) -> Holder:
    """The holder, with `available_cp` hundredths left in the wallet."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDER, {"user": user_id, "wallet": wallet_id, "left": available_cp})
        return Holder(*cursor.fetchone())

"""All lots of a wallet over a time, those that are gone or yet to come among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Min, Q

from accounts.models import User
from billing.ledger import selectors as ledger
from billing.ledger.models import Lot, Transaction
from billing.selectors.wallets import wallet_id_of

PACKS_MAX = 1000
PackState = Literal["waiting", "live", "ended", "used_up"]


@dataclass(frozen=True, slots=True)
class Pack:
    """A lot with what is left of it, in hundredths. `given_at` is when the ledger wrote it."""

    lot_id: int
    source: str
    granted_cp: int
    left_cp: int
    given_at: datetime
    starts_at: datetime
    ends_at: datetime | None
    state: PackState


def packs(
    *, user: User, since: datetime, until: datetime, source: str | None = None, now: datetime
) -> list[Pack]:
    """Lots that could be spent at some time from `since` to `until`, newest first, `PACKS_MAX` at
    most. What is left is what it was at `now`."""
    wallet_id = wallet_id_of(user)
    if wallet_id is None:
        return []
    lots = Lot.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=since), wallet_id=wallet_id, starts_at__lte=until
    )
    if source is not None:
        lots = lots.filter(source=source)
    found = list(lots.order_by("-starts_at", "-id")[:PACKS_MAX])
    given = dict(
        Transaction.objects.filter(wallet_id=wallet_id, lot_id__in=[lot.id for lot in found])
        .values_list("lot_id")
        .annotate(Min("occurred_at"))
        .order_by()
    )
    live = {lot.id: lot.remaining_cp for lot in ledger.lots(wallet_id=wallet_id, now=now)}
    return [_pack(lot, live, given.get(lot.id, lot.starts_at), now) for lot in found]


def _pack(lot: Lot, live: dict[int, int], given_at: datetime, now: datetime) -> Pack:
    left_cp, state = live.get(lot.id, 0), "live"
    if lot.starts_at > now:
        left_cp, state = lot.waiting_cp, "waiting"
    elif lot.expires_at is not None and lot.expires_at <= now:
        left_cp, state = 0, "ended"
    elif not left_cp:
        state = "used_up"
    return Pack(
        lot_id=lot.id,
        source=lot.source,
        granted_cp=lot.granted_cp,
        left_cp=left_cp,
        given_at=given_at,
        starts_at=lot.starts_at,
        ends_at=lot.expires_at,
        state=state,  # type: ignore[arg-type]
    )

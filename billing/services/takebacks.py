"""Taking points back because money went back, and giving them back when it stayed. Steps.

Months to come go first, the latest first; then what is frozen or left of the purchase's own lots;
what was spent becomes a debt. No other purchase is touched.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from billing.ledger import corrections
from billing.ledger import services as ledger
from billing.ledger.errors import NothingLeft
from billing.ledger.models import Lot as LotRow
from billing.models import Dispute, Refund, TakenPoints
from billing.services.purchases import Purchase, all_lots, months_to_come, untouched_lots

# Points that come back of a lot about to end live at least this long.
_AT_LEAST = timedelta(days=1)
Cause = Refund | Dispute


def lock_points(wallet_id: int, *, now: datetime) -> None:
    """The ledger's lock of the wallet: what is left cannot be held while it is counted.

    Only the ledger's own verbs may lock its rows; the one that writes off what has ended moves
    nothing that is not over.
    """
    ledger.expire(wallet_id=wallet_id, now=now)


def take_back(
    purchase: Purchase, amount_cp: int, *, cause: Cause, reason: str, actor: str, now: datetime
) -> int:
    """Take points of the purchase back for `cause`; how many of them became a debt (cp).

    The wallet is locked. More than the purchase ever gave is not taken.
    """
    left_cp = amount_cp - _stop_months(purchase, amount_cp, cause, now)
    owed_cp = 0
    name = _name(cause)
    for lot, take_cp in _shares(purchase, left_cp, now):
        moved = corrections.clawback(
            wallet_id=purchase.wallet_id,
            lot_id=lot.pk,
            amount_cp=take_cp,
            key=f"{name}:{lot.pk}",
            reference=purchase.reference,
            reason=reason,
            actor=actor,
            now=now,
        )
        owed_cp += moved.debt_added_cp
        TakenPoints.objects.create(
            **_cause(cause),
            wallet_id=purchase.wallet_id,
            lot_id=lot.pk,
            amount_cp=take_cp,
            debt_cp=moved.debt_added_cp,
            created_at=now,
        )
    return owed_cp


def debt_of(purchase: Purchase, amount_cp: int, *, now: datetime) -> int:
    """How many of so many points, taken back now, would become a debt (cp)."""
    live = {lot.id: lot.remaining_cp for lot in untouched_lots(purchase, now=now)}
    within_reach_cp = sum(
        lot.waiting_cp + lot.frozen_cp + live.get(lot.pk, 0) for lot in all_lots(purchase)
    )
    to_come_cp = sum(lot.amount_cp - lot.withdrawn_cp for lot in months_to_come(purchase))
    return max(0, amount_cp - within_reach_cp - to_come_cp)


def restore(purchase: Purchase, *, cause: Cause, reason: str, now: datetime) -> int:
    """Give back what was taken for `cause`, a debt made by it included; how much (cp).

    Points come back for as long as they would have lived, and at least a day.
    """
    restored_cp = 0
    for taken in cause.takings.filter(restored_at=None).select_related("scheduled_lot"):
        _restore(purchase, taken, reason, now)
        restored_cp += taken.amount_cp
    cause.takings.filter(restored_at=None).update(restored_at=now)
    return restored_cp


def _restore(purchase: Purchase, taken: TakenPoints, reason: str, now: datetime) -> None:
    month = taken.scheduled_lot
    if month is not None and month.granted_at is None:
        month.withdrawn_cp -= taken.amount_cp
        month.save(update_fields=["withdrawn_cp"])
        return
    ends_at: datetime | None
    if month is not None:
        # The rest of that month was given meanwhile: what was withdrawn follows it.
        source, ends_at = "membership", month.expires_at
    else:
        lot = LotRow.objects.get(wallet_id=taken.wallet_id, pk=taken.lot_id or 0)
        source, ends_at = lot.source, lot.expires_at
    ledger.grant(
        wallet_id=taken.wallet_id,
        amount_cp=taken.amount_cp,
        source=source,
        paid=True,
        starts_at=now,
        expires_at=max(ends_at, now + _AT_LEAST) if ends_at else None,
        key=taken.restore_key,
        reference=purchase.reference,
        reason=reason,
        now=now,
    )


def freeze(purchase: Purchase, *, dispute: Dispute, now: datetime) -> int:
    """Put what is left of the purchase out of reach, months to come included; how much (cp)."""
    frozen_cp = 0
    for lot in untouched_lots(purchase, now=now):
        moved = corrections.freeze(
            wallet_id=purchase.wallet_id,
            lot_id=lot.id,
            key=f"{_name(dispute)}:freeze:{lot.id}",
            reference=purchase.reference,
            reason="dispute",
            actor="stripe",
            now=now,
        )
        frozen_cp += moved.amount_cp
    if purchase.period is not None:
        purchase.period.disputed_at = now
        purchase.period.save(update_fields=["disputed_at"])
    return frozen_cp


def unfreeze(purchase: Purchase, *, dispute: Dispute, now: datetime) -> None:
    """Let go what a dispute had frozen and the bank did not take."""
    for lot in all_lots(purchase):
        if not lot.frozen_cp:
            continue
        try:
            corrections.unfreeze(
                wallet_id=purchase.wallet_id,
                lot_id=lot.pk,
                key=f"{_name(dispute)}:unfreeze:{lot.pk}",
                reference=purchase.reference,
                reason="dispute",
                actor="stripe",
                now=now,
            )
        except NothingLeft:
            continue
    if purchase.period is not None:
        purchase.period.disputed_at = None
        purchase.period.save(update_fields=["disputed_at"])


def _stop_months(purchase: Purchase, amount_cp: int, cause: Cause, now: datetime) -> int:
    """Withdraw months to come, the latest first; how many points that were."""
    stopped_cp = 0
    for lot in months_to_come(purchase):
        take_cp = min(lot.amount_cp - lot.withdrawn_cp, amount_cp - stopped_cp)
        if take_cp <= 0:
            break
        lot.withdrawn_cp += take_cp
        lot.save(update_fields=["withdrawn_cp"])
        TakenPoints.objects.create(
            **_cause(cause),
            wallet_id=purchase.wallet_id,
            scheduled_lot=lot,
            amount_cp=take_cp,
            created_at=now,
        )
        stopped_cp += take_cp
    return stopped_cp


def _shares(purchase: Purchase, amount_cp: int, now: datetime) -> list[tuple[LotRow, int]]:
    """How much to take of each lot: what is within reach first, then what it still owes."""
    live = {lot.id: lot.remaining_cp for lot in untouched_lots(purchase, now=now)}
    lots = all_lots(purchase)
    shares = dict.fromkeys((lot.pk for lot in lots), 0)
    left_cp = amount_cp
    for spent in (False, True):
        for lot in lots:
            room_cp = lot.granted_cp - lot.clawed_back_cp - shares[lot.pk]
            within_cp = lot.waiting_cp + lot.frozen_cp + live.get(lot.pk, 0) - shares[lot.pk]
            take_cp = max(0, min(left_cp, room_cp if spent else min(within_cp, room_cp)))
            shares[lot.pk] += take_cp
            left_cp -= take_cp
    return [(lot, shares[lot.pk]) for lot in lots if shares[lot.pk]]


def _name(cause: Cause) -> str:
    """The cause in a key of the ledger: one for each time it takes, freezes or lets go."""
    if isinstance(cause, Dispute):
        return f"dispute:{cause.dispute_id}:{cause.move}"
    # The instant belongs to it: ids start again when a test installation is reset.
    at = int(cause.created_at.timestamp())
    return f"refund:{cause.order_id}:{cause.pk}:{at}:{cause.takings.count()}"


def _cause(cause: Cause) -> dict[str, Cause]:
    return {"dispute" if isinstance(cause, Dispute) else "refund": cause}

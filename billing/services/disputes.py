"""Disputes: what is left of the purchase is frozen, then taken or let go by the verdict. Steps.

An inquiry takes no money, so it takes no points. A dispute that was lost keeps what it took while
an appeal runs; an appeal that is won gives it back.
"""

from __future__ import annotations

from datetime import datetime

from billing.gateway.types import DisputeState
from billing.models import Dispute
from billing.services.live_memberships import begin_end, cut_perks
from billing.services.notices import tell
from billing.services.parking import Parked
from billing.services.purchases import Purchase, points_for, reversed_so_far
from billing.services.takebacks import freeze, restore, take_back, unfreeze

_OPEN = ("needs_response", "under_review")
_LOST = ("lost", "appeal_needs_response", "appeal_under_review")


def follow_dispute(purchase: Purchase, state: DisputeState, *, now: datetime) -> None:
    """Move the dispute to what Stripe says of it, and the points with it. The wallet is locked.

    Raises Parked for a status we do not know.
    """
    wanted = _wanted(state)
    row = Dispute.objects.select_for_update().filter(dispute_id=state.id).first()
    if row is None:
        row = Dispute.objects.create(
            dispute_id=state.id,
            order=purchase.order,
            period=purchase.period,
            payment_id=purchase.payment_id,
            status=state.status,
            cause=state.cause,
            amount_minor=_amount_minor(purchase, state),
            currency=purchase.currency,
            state="seen",
            created_at=now,
        )
    row.status, row.answer_by = state.status, state.answer_by
    if (row.state, wanted) in _MOVES:
        row.move += 1
        _MOVES[row.state, wanted](purchase, row, now)
        row.state = wanted
    if state.status in ("won", "lost", "warning_closed", "prevented"):
        row.closed_at = row.closed_at or now
    row.save()


def end_period(purchase: Purchase, *, now: datetime) -> None:
    """The money of a period went back: its perks are over."""
    period = purchase.period
    if period is None or period.given_back_at is not None:
        return
    period.given_back_at = now
    period.save(update_fields=["given_back_at"])
    cut_perks(period, at=now)


def _wanted(state: DisputeState) -> str:
    """What should have happened to the points."""
    if state.status.startswith("warning_"):
        return "seen"
    if state.status in _OPEN:
        return "frozen"
    if state.status in _LOST:
        return "taken"
    if state.status == "won":
        return "released"
    if state.status == "prevented":
        return "taken" if state.withdrawn else "released"
    raise Parked(f"dispute {state.id} has the unknown status {state.status!r}")


def _amount_minor(purchase: Purchase, state: DisputeState) -> int:
    """What is disputed, never more than was paid: a bank reckons in its own currency."""
    if state.currency != purchase.currency:
        return purchase.amount_minor
    return min(state.amount_minor, purchase.amount_minor)


def _freeze(purchase: Purchase, row: Dispute, now: datetime) -> None:
    _tell(purchase, row, "dispute_opened", freeze(purchase, dispute=row, now=now), 0, now)


def _take(purchase: Purchase, row: Dispute, now: datetime) -> None:
    row.points_cp = points_for(purchase, row.amount_minor)
    debt_cp = 0
    if row.points_cp:
        debt_cp = take_back(
            purchase, row.points_cp, cause=row, reason="charge-back", actor="stripe", now=now
        )
    unfreeze(purchase, dispute=row, now=now)
    so_far = reversed_so_far(purchase)
    if so_far.returned_minor + row.amount_minor >= purchase.amount_minor:
        end_period(purchase, now=now)
        if purchase.period is not None:
            begin_end(purchase.period.membership, now=now)
    _tell(purchase, row, "dispute_lost", row.points_cp, debt_cp, now)


def _let_go(purchase: Purchase, row: Dispute, now: datetime) -> None:
    unfreeze(purchase, dispute=row, now=now)
    _tell(purchase, row, "dispute_won", 0, 0, now)


def _give_again(purchase: Purchase, row: Dispute, now: datetime) -> None:
    restored_cp = restore(purchase, cause=row, reason="dispute won", now=now)
    row.points_cp = 0
    _tell(purchase, row, "dispute_won", restored_cp, 0, now)


def _nothing(purchase: Purchase, row: Dispute, now: datetime) -> None:
    """An inquiry that ended, or a dispute that was over when we first heard of it."""


_MOVES = {
    ("seen", "frozen"): _freeze,
    ("seen", "taken"): _take,
    ("seen", "released"): _nothing,
    ("frozen", "taken"): _take,
    ("frozen", "released"): _let_go,
    ("taken", "released"): _give_again,
    ("released", "frozen"): _freeze,
    ("released", "taken"): _take,
}


def _tell(
    purchase: Purchase, row: Dispute, kind: str, points_cp: int, debt_cp: int, now: datetime
) -> None:
    if not purchase.granted_cp:
        return
    tell(
        user_id=purchase.order.user_id,
        kind=kind,
        key=f"{kind}:{row.dispute_id}:{row.move}",
        facts={
            "order": str(purchase.order.pk),
            "amount_minor": row.amount_minor,
            "currency": row.currency,
            "points_cp": points_cp,
            "debt_cp": debt_cp,
        },
        now=now,
    )

"""What stands in someone's way: a ban, a dispute."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounts.models import Ban, User
from billing.models import Dispute
from billing.portal.money import money
from billing.services.notice_words import BAN_REASONS


@dataclass(frozen=True, slots=True)
class Barred:
    """A ban that holds, in the words its user reads."""

    reason: str


@dataclass(frozen=True, slots=True)
class Disputed:
    """A payment a bank is deciding about."""

    order_id: UUID
    amount: str


def ban_of(user: User) -> Barred | None:
    """The ban that holds, None for everyone else."""
    ban = Ban.objects.filter(user=user, lifted_at=None).first()
    return Barred(str(BAN_REASONS.get(ban.reason, ban.reason))) if ban else None


def open_disputes(user: User) -> list[Disputed]:
    """Payments of the user whose points are frozen."""
    frozen = Dispute.objects.filter(order__user=user, state="frozen")
    return [Disputed(row.order_id, money(row.amount_minor, row.currency)) for row in frozen]

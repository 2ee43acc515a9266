"""A ban freezes free points only. What was paid stays, and its way back stays open."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.models import Ban, User
from accounts.services import reviews, standing
from billing.errors import AccountBanned
from billing.ledger import corrections
from billing.ledger import selectors as ledger_reads
from billing.ledger.models import Lot
from billing.services.live_memberships import lock_wallet
from billing.services.notices import tell
from billing.services.takebacks import lock_points
from billing.services.wallets import wallet_for

REASONS: dict[str, str] = {
    "farming": "Farming of free points",
    "fraud": "Stolen cards or false charge-backs",
    "content": "Forbidden content",
    "attack": "Attack on the service",
    "other": "Other: see the note",
}


def refuse_banned(user: User) -> None:
    """Who is barred makes nothing and is given nothing. Raises AccountBanned."""
    if User.objects.filter(pk=user.pk, banned_at__isnull=False).exists():
        raise barred()


def barred() -> AccountBanned:
    """What someone who is barred is told."""
    return AccountBanned(
        _("Your account is barred. What you paid for and did not use can be given back.")
    )


@transaction.atomic(durable=True)
def ban_user(*, user: User, reason: str, note: str, staff: User, now: datetime) -> Ban:
    """Bar a user and freeze what they were given for free; paid lots are not touched.

    Raises InvalidRequest for an unknown reason, a reason "other" without a note, oneself, or a
    user who is barred.
    """
    return _ban(user, reason, note, staff, now)


@transaction.atomic(durable=True)
def ban_reviewed(*, review_id: int, reason: str, note: str, staff: User, now: datetime) -> Ban:
    """Bar the user under review and close the review with it.

    Raises InvalidRequest as `ban_user` does, without a note, and for a review that is closed.
    """
    review = reviews.close_review(
        review_id=review_id, outcome="banned", note=note, staff=staff, now=now
    )
    return _ban(review.user, reason, note, staff, now)


def _ban(user: User, reason: str, note: str, staff: User, now: datetime) -> Ban:
    if reason not in REASONS:
        raise InvalidRequest(_("Choose a reason."), fields={"reason": "unknown reason code"})
    if reason == "other" and not note.strip():
        raise InvalidRequest(_("Say why in the note."), fields={"note": "missing"})
    if user.pk == staff.pk:
        raise InvalidRequest(_("Nobody bars themselves."), fields={"user": "yourself"})
    wallet_id = _locked(user, now)
    ban = standing.bar(user=user, reason=reason, note=note.strip(), staff=staff, now=now)
    if ban is None:
        raise InvalidRequest(_("This user is barred already."), fields={"user": "barred"})
    for lot in ledger_reads.lots(wallet_id=wallet_id, now=now):
        if not lot.paid:
            corrections.freeze(
                wallet_id=wallet_id,
                lot_id=lot.id,
                key=f"{_name(ban)}:freeze:{lot.id}",
                reference=f"ban:{ban.pk}",
                reason=reason,
                actor=f"staff:{staff.pk}",
                now=now,
            )
    tell(
        user_id=user.pk,
        kind="banned",
        key=f"{_name(ban)}:told",
        facts={"reason": reason},
        now=now,
    )
    return ban


@transaction.atomic(durable=True)
def lift_ban(*, user: User, note: str, staff: User, now: datetime) -> Ban:
    """Let a user in again and give the free points back, as far as their day is not over.

    Raises InvalidRequest without a note, or when no ban holds.
    """
    if not note.strip():
        raise InvalidRequest(_("Say why in the note."), fields={"note": "missing"})
    wallet_id = _locked(user, now)
    ban = standing.unbar(user=user, note=note.strip(), staff=staff, now=now)
    if ban is None:
        raise InvalidRequest(_("This user is not barred."), fields={"user": "not barred"})
    for lot in Lot.objects.filter(wallet_id=wallet_id, paid=False, frozen_cp__gt=0):
        corrections.unfreeze(
            wallet_id=wallet_id,
            lot_id=lot.pk,
            key=f"{_name(ban)}:unfreeze:{lot.pk}",
            reference=f"ban:{ban.pk}",
            reason="ban lifted",
            actor=f"staff:{staff.pk}",
            now=now,
        )
    tell(user_id=user.pk, kind="ban_lifted", key=f"{_name(ban)}:lifted", facts={}, now=now)
    return ban


def _locked(user: User, now: datetime) -> int:
    wallet_id = wallet_for(user=user, now=now)
    lock_wallet(wallet_id)
    lock_points(wallet_id, now=now)
    return wallet_id


def _name(ban: Ban) -> str:
    # The instant belongs to it: ids start again when a test installation is reset.
    return f"ban:{ban.pk}:{int(ban.banned_at.timestamp())}"

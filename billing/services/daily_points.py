"""The day's free points: once per user and server day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import EmailUnverified, InvalidRequest
from accounts.models import User
from accounts.selectors.users import has_verified_email
from billing import launch
from billing.errors import AccountBanned, AlreadyClaimed, MembersExcluded
from billing.ledger import services as ledger
from billing.models import DailyPointsPolicy
from billing.points_day import points_day
from billing.selectors.audience import in_audience
from billing.services.bans import refuse_banned
from billing.services.wallets import wallet_for

AUDIENCES = ("non_members", "everyone")


@dataclass(frozen=True, slots=True)
class DailyLot:
    """The lot a claim gave: its points, in hundredths, and the end of the server day."""

    lot_id: int | None
    amount_cp: int
    starts_at: datetime
    expires_at: datetime


@transaction.atomic(durable=True)
def claim(*, user: User, now: datetime) -> DailyLot:
    """Give `user` today's points.

    Raises EmailUnverified before an address is confirmed, AccountBanned, MembersExcluded while the
    policy keeps them for non-members, AlreadyClaimed from the second time on.
    However many claims come at once, one grants: the ledger's key is the server day.
    """
    if not has_verified_email(user):
        raise EmailUnverified(_("Confirm your e-mail address first, then claim."))
    refuse_banned(user)
    day = points_day(now, settings.POINTS_DAY_TZ)
    wallet_id = wallet_for(user=user, now=now)
    if not in_audience(wallet_id=wallet_id, now=now):
        raise MembersExcluded(_("The daily points are for those without a membership."))
    granted = ledger.grant(
        wallet_id=wallet_id,
        amount_cp=launch.DAILY_POINTS_CP,
        source="daily",
        paid=False,
        # The day's own bounds, not the instant of the claim: every claim of a day is one request.
        starts_at=day.starts_at,
        expires_at=day.ends_at,
        key=day.claim_key,
        reference=day.claim_key,
        now=now,
    )
    if granted.replayed:
        raise AlreadyClaimed(
            _("Today's points were given already."),
            facts={"next_claim_at": day.ends_at.isoformat().replace("+00:00", "Z")},
        )
    return DailyLot(
        lot_id=granted.lot_id,
        amount_cp=granted.amount_cp,
        starts_at=day.starts_at,
        expires_at=day.ends_at,
    )


def claim_on_sign_in(*, user: User, now: datetime) -> bool:
    """Give today's points if they are due; signing in never fails for want of them."""
    try:
        claim(user=user, now=now)
    except (AccountBanned, AlreadyClaimed, EmailUnverified, MembersExcluded):
        return False
    return True


@transaction.atomic(durable=True)
def set_audience(
    *, audience: str, starts_at: datetime, reason: str, staff: User, now: datetime
) -> DailyPointsPolicy:
    """Say who may claim from `starts_at` on: "non_members" or "everyone".

    Raises InvalidRequest for another audience, an empty reason, or a start that has passed.
    """
    if audience not in AUDIENCES:
        raise InvalidRequest(_("Choose an audience."), fields={"audience": "unknown"})
    if not reason.strip():
        raise InvalidRequest(_("Give a reason."), fields={"reason": "missing"})
    if starts_at < now:
        raise InvalidRequest(_("It cannot start in the past."), fields={"starts_at": "past"})
    return DailyPointsPolicy.objects.create(
        audience=audience, starts_at=starts_at, reason=reason.strip(), set_by=staff
    )

"""The day's free points: once per user and server day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import CheckNeeded, EmailUnverified, InvalidRequest, MailboxUsed
from accounts.models import User
from accounts.selectors.users import has_verified_email
from accounts.services import claim_gate
from accounts.visits import Visit
from billing import launch
from billing.errors import (
    AccountBanned,
    AlreadyClaimed,
    ChangeInProgress,
    GrantsPaused,
    MembersExcluded,
    WalletPaused,
)
from billing.ledger import services as ledger
from billing.models import DailyPointsPolicy
from billing.points_day import PointsDay, points_day
from billing.selectors.audience import in_audience
from billing.selectors.trust import has_card, has_paid
from billing.selectors.wallets import claimed_on
from billing.services import grant_budget
from billing.services.bans import refuse_banned
from billing.services.wallets import wallet_for

AUDIENCES = ("non_members", "everyone")
_NOT_DUE = (
    AccountBanned, AlreadyClaimed, ChangeInProgress, CheckNeeded, EmailUnverified, GrantsPaused,
    MailboxUsed, MembersExcluded,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DailyLot:
    """The lot a claim gave: its points, in hundredths, and the end of the server day."""

    lot_id: int | None
    amount_cp: int
    starts_at: datetime
    expires_at: datetime


# Where nothing is known of a caller, such as one on the command line.
NOWHERE = Visit()


def claim(*, user: User, visit: Visit = NOWHERE, now: datetime) -> DailyLot:
    """Give `user` today's points.

    Raises EmailUnverified before an address is confirmed, AccountBanned, MembersExcluded while the
    policy keeps them for non-members, MailboxUsed, CheckNeeded with the step to pass first,
    GrantsPaused, AlreadyClaimed from the second time on, ChangeInProgress while the wallet is
    looked into.
    However many claims come at once, one grants: the ledger's key is the server day.
    """
    try:
        return _claim(user, visit, now)
    except WalletPaused:
        raise ChangeInProgress(_("Your wallet is being looked into; try again later.")) from None
    except CheckNeeded as refusal:
        if refusal.facts["step"] == "card":
            _open_review(user, visit, now)
        raise


def check_needed(*, user: User, visit: Visit, now: datetime) -> claim_gate.Judged:
    """What the gate asks of this visitor at the moment. Writes nothing."""
    day = points_day(now, settings.POINTS_DAY_TZ)
    return claim_gate.judge(_asked(user, visit, day, now), now=now)


def _asked(user: User, visit: Visit, day: PointsDay, now: datetime) -> claim_gate.Claim:
    paid = has_paid(user)
    return claim_gate.Claim(
        user=user,
        visit=visit,
        day=day.date,
        has_paid=paid,
        has_card=paid or has_card(user),
        least=grant_budget.least_step(now=now),
    )


@transaction.atomic(durable=True)
def _open_review(user: User, visit: Visit, now: datetime) -> None:
    found = check_needed(user=user, visit=visit, now=now).score
    claim_gate.open_review(user=user, found=found, now=now)


@transaction.atomic(durable=True)
def _claim(user: User, visit: Visit, now: datetime) -> DailyLot:
    if not has_verified_email(user):
        raise EmailUnverified(_("Confirm your e-mail address first, then claim."))
    refuse_banned(user)
    day = points_day(now, settings.POINTS_DAY_TZ)
    wallet_id = wallet_for(user=user, now=now)
    if not in_audience(wallet_id=wallet_id, now=now):
        raise MembersExcluded(_("The daily points are for those without a membership."))
    if claimed_on(wallet_id=wallet_id, key=day.claim_key):
        raise _already(day)
    claim_gate.pass_gate(_asked(user, visit, day, now), now=now)
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
        raise _already(day)
    # Last: the day's row is everybody's, and is locked until this transaction ends.
    grant_budget.count(amount_cp=granted.amount_cp, now=now)
    return DailyLot(
        lot_id=granted.lot_id,
        amount_cp=granted.amount_cp,
        starts_at=day.starts_at,
        expires_at=day.ends_at,
    )


def _already(day: PointsDay) -> AlreadyClaimed:
    return AlreadyClaimed(
        _("Today's points were given already."),
        facts={"next_claim_at": day.ends_at.isoformat().replace("+00:00", "Z")},
    )


def claim_on_sign_in(*, user: User, visit: Visit = NOWHERE, now: datetime) -> bool:
    """Give today's points if they are due; signing in never fails for want of them."""
    try:
        claim(user=user, visit=visit, now=now)
    except _NOT_DUE:
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

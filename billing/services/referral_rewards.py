"""What becomes of invitations: paid, looked at, earned or canceled. The row is the truth.

`follow_referrals` runs every ten minutes and may run any number of times at once: each row is
settled in its own database transaction, under the locks of both wallets.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from billing import launch
from billing.errors import GrantsPaused, WalletPaused
from billing.ledger import services as ledger
from billing.models import Order, Referral
from billing.referral_rules import Case, Verdict, due_at, when_due, while_waiting
from billing.selectors.kinship import kinship
from billing.selectors.referrals import (
    earned_in_month,
    joined_and_paid,
    payment_stands,
    payments_of,
    waiting_for_us,
)
from billing.services import grant_budget
from billing.services.live_memberships import lock_wallet
from billing.services.notices import tell
from billing.services.wallets import wallet_for

log = logging.getLogger(__name__)


def follow_referrals(*, now: datetime) -> int:
    """Note first payments, then settle or cancel what waits; how many rows changed."""
    changed = sum(_note_payment(pk, now) for pk in _ids(joined_and_paid()))
    for pk in _ids(waiting_for_us(now)):
        try:
            changed += _settle(pk, now)
        except (WalletPaused, GrantsPaused) as refusal:
            log.warning("referral %s waits: %s", pk, refusal)
        except Exception:
            # One that cannot be settled must not keep the others waiting.
            log.exception("referral %s was not settled", pk)
    return changed


@transaction.atomic(durable=True)
def decide_referral(
    *, referral_id: UUID, approve: bool, reason: str, staff: User, now: datetime
) -> Referral:
    """Let a referral that is being looked at go on to its due date, or cancel it.

    Raises NotFound when it does not wait for anybody, InvalidRequest without a reason.
    """
    if not reason.strip():
        raise InvalidRequest(_("Give a reason."), fields={"reason": "missing"})
    row = Referral.objects.select_for_update().filter(pk=referral_id, state="review").first()
    if row is None:
        raise NotFound(_("No such referral waits."))
    row.reviewed_by, row.reviewed_at = staff, now
    row.review_reason = reason.strip()[:200]
    if approve:
        row.state, row.cause = "pending", ""
    else:
        row.state, row.cause, row.settled_at = "canceled", "review", now
    row.save()
    return row


def end_referrals(*, user: User, now: datetime) -> int:
    """Cancel what waits of somebody who is erased; how many. A step."""
    waiting = Referral.objects.filter(state__in=["joined", "pending", "review"])
    invited = waiting.filter(referrer=user)
    ended = invited.update(state="canceled", cause="referrer_gone", settled_at=now)
    return ended + waiting.filter(friend=user).update(
        state="canceled", cause="friend_gone", settled_at=now
    )


@transaction.atomic(durable=True)
def _note_payment(referral_id: UUID, now: datetime) -> int:
    """The friend's first payment sets the date, whatever becomes of it.

    What the two have in common is looked at now, and once more when the reward is due.
    """
    rows = Referral.objects.select_for_update(of=("self",), skip_locked=True)
    rows = rows.select_related("referrer", "friend")
    row = rows.filter(pk=referral_id, state="joined").first()
    order = payments_of(row.friend).first() if row is not None else None
    if row is None or order is None or order.paid_at is None:
        return 0
    signs = kinship(row.referrer, row.friend)
    row.state, row.cause = ("review", ",".join(signs)) if signs else ("pending", "")
    row.order, row.due_at = order, due_at(order.paid_at, timedelta(days=row.delay_days))
    row.save(update_fields=["state", "cause", "order", "due_at"])
    return 1


def _settle(referral_id: UUID, now: datetime) -> int:
    """Open the wallets first, each by itself: opening one locks its owner, and two who wait for
    each other's wallet and owner would wait for ever."""
    seen = Referral.objects.select_related("referrer", "friend", "order").get(pk=referral_id)
    if seen.order is None:
        return 0
    wallets = [wallet_for(user=person, now=now) for person in (seen.referrer, seen.friend)]
    return _settle_locked(referral_id, seen.order, wallets, now)


@transaction.atomic(durable=True)
def _settle_locked(referral_id: UUID, order: Order, wallets: list[int], now: datetime) -> int:
    """Locks go wallets by number, then the referral: refunds and disputes take the wallet too."""
    for wallet_id in sorted({*wallets, order.wallet_id}):
        lock_wallet(wallet_id)
    row = Referral.objects.select_for_update(of=("self",)).get(pk=referral_id)
    if row.state not in ("pending", "review"):
        return 0
    case = _case(row, order, now)
    due = row.state == "pending" and row.due_at is not None and row.due_at <= now
    verdict = when_due(case, launch.REFERRALS.month_max) if due else while_waiting(case)
    if verdict is None or verdict.state == row.state:
        return 0
    _apply(row, verdict, wallets, now)
    return 1


def _case(row: Referral, order: Order, now: datetime) -> Case:
    people = User.objects.in_bulk([row.referrer_id, row.friend_id])
    referrer, friend = people[row.referrer_id], people[row.friend_id]
    order.refresh_from_db(fields=["state"])
    return Case(
        payment=payment_stands(order),
        kinship=kinship(referrer, friend),
        reviewed=row.reviewed_at is not None,
        referrer_gone=_gone(referrer),
        friend_gone=_gone(friend),
        earned_this_month=earned_in_month(referrer, now=now),
    )


def _gone(user: User) -> bool:
    return user.banned_at is not None or user.closed_at is not None


def _apply(row: Referral, verdict: Verdict, wallets: list[int], now: datetime) -> None:
    row.state, row.cause = verdict.state, verdict.cause
    if verdict.state != "review":
        row.settled_at = now
    row.save(update_fields=["state", "cause", "settled_at"])
    if verdict.state == "earned":
        _grant(row, row.referrer_id, wallets[0], row.referrer_cp, "referrer", now)
    if verdict.state in ("earned", "capped"):
        _grant(row, row.friend_id, wallets[1], row.friend_cp, "friend", now)
        mine_cp = row.referrer_cp if verdict.state == "earned" else 0
        # Last: the day's row is everybody's lock. What does not fit waits for another day.
        grant_budget.count(amount_cp=mine_cp + row.friend_cp, now=now)


def _grant(
    row: Referral, user_id: UUID, wallet_id: int, amount_cp: int, part: str, now: datetime
) -> None:
    """One part of the reward, once: the ledger's key is the referral's."""
    expires_at = now + timedelta(days=row.lot_days)
    ledger.grant(
        wallet_id=wallet_id,
        amount_cp=amount_cp,
        source="referral",
        paid=False,
        starts_at=now,
        expires_at=expires_at,
        key=f"referral:{row.pk}:{part}",
        reference=f"referral:{row.pk}",
        reason=part,
        now=now,
    )
    tell(
        user_id=user_id,
        kind="referral_earned",
        key=f"referral_earned:{row.pk}:{part}",
        facts={"points_cp": amount_cp, "part": part, "until": expires_at.isoformat()},
        now=now,
    )


def _ids(rows: QuerySet[Referral]) -> list[UUID]:
    return list(rows.order_by("bound_at", "pk").values_list("pk", flat=True))

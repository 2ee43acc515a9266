"""Closing an account: Stripe first, then us. The ledger stays as it is.

Nothing is marked closed before Stripe has said that it will charge no more. Money that comes all
the same goes back, or waits parked for a person.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.models import User
from accounts.services import standing
from billing.errors import ChangeInProgress, NoMembership, NotRefundable, NotRenewing
from billing.models import Membership, Order
from billing.selectors.memberships import MembershipView, membership_of
from billing.selectors.wallets import WalletOverview, overview
from billing.services.live_memberships import lock_wallet
from billing.services.memberships import end_at_once
from billing.services.notices import tell
from billing.services.open_orders import close_open_orders
from billing.services.refund_steps import Share
from billing.services.refunds import refundable
from billing.services.wallets import wallet_for


@dataclass(frozen=True, slots=True)
class Leaving:
    """What closing means: points nobody can use any more, and money to ask for first."""

    purse: WalletOverview
    membership: MembershipView | None
    refundable: list[tuple[Order, Share]]


def what_closing_means(*, user: User, now: datetime) -> Leaving:
    """What is left of points, membership and purchases, to be shown before the click."""
    found: list[tuple[Order, Share]] = []
    paid = Order.objects.filter(user=user, state="paid").select_related("plan_price__plan", "user")
    for order in paid[:200]:
        try:
            found.append((order, refundable(order, now=now)))
        except NotRefundable:
            continue
    return Leaving(
        purse=overview(user=user, now=now),
        membership=membership_of(user=user, now=now),
        refundable=found,
    )


def close_account(*, user: User, reason: str, actor: str, now: datetime) -> None:
    """End what renews at Stripe, close what is being paid, then close the account.

    Points stay in the ledger and cannot be used. Raises InvalidRequest without a reason,
    ChangeInProgress, OrderOpen while a payment is under way, PaymentsUnavailable: nothing is
    closed then, and it can be tried again.
    """
    if not reason.strip():
        raise InvalidRequest(_("Give a reason."), fields={"reason": "missing"})
    close_open_orders(user=user, now=now)
    with suppress(NoMembership, NotRenewing):
        end_at_once(user=user, now=now)
    _close(user, reason.strip(), actor, now)


@transaction.atomic(durable=True)
def reopen_account(*, user: User, reason: str, staff: User, now: datetime) -> None:
    """Let a closed account be used again. Raises InvalidRequest."""
    if not reason.strip():
        raise InvalidRequest(_("Give a reason."), fields={"reason": "missing"})
    if not standing.reopen(user=user):
        raise InvalidRequest(_("This account is not closed."), fields={"user": "not closed"})


@transaction.atomic(durable=True)
def _close(user: User, reason: str, actor: str, now: datetime) -> None:
    wallet_id = wallet_for(user=user, now=now)
    lock_wallet(wallet_id)
    renewing = Membership.objects.filter(wallet_id=wallet_id, kind="card").exclude(status="ended")
    if renewing.exists():
        raise ChangeInProgress(_("A membership has just begun; end it first."))
    standing.close(user=user, now=now)
    tell(
        user_id=user.pk,
        kind="account_closed",
        key=f"account_closed:{user.pk}:{int(now.timestamp())}",
        facts={"reason": reason, "by": actor},
        now=now,
    )

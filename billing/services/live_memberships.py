"""The one live membership of a wallet. Each function is a step."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from billing.models import Membership, MembershipChange, MembershipPeriod, WalletOwner
from billing.services import money_events
from billing.services.notices import tell


def lock_wallet(wallet_id: int) -> None:
    """Make purchases and changes of one wallet wait for each other."""
    WalletOwner.objects.select_for_update().get(wallet_id=wallet_id)


def live_membership(*, wallet_id: int, now: datetime) -> Membership | None:
    """The live membership, locked. One that does not renew ends here by the clock."""
    membership = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("plan_price__plan")
        .filter(wallet_id=wallet_id)
        .exclude(status="ended")
        .first()
    )
    if membership is None:
        return None
    if membership.kind != "card" and membership.current_period_end_at <= now:
        end(membership, ended_at=membership.current_period_end_at)
        return None
    return membership


def end(membership: Membership, *, ended_at: datetime) -> None:
    """End a locked membership. Its lots stay; perks stay for what is paid, and no longer."""
    membership.status = "ended"
    membership.ended_at = ended_at
    membership.next_plan_price = None
    membership.save(update_fields=["status", "ended_at", "next_plan_price"])
    for period in membership.periods.filter(perks_until__gt=ended_at):
        cut_perks(period, at=max(period.ends_at, ended_at))
    money_events.membership_ended(membership, now=ended_at)
    tell(
        user_id=membership.user_id,
        kind="membership_ended",
        key=f"membership_ended:{membership.pk}",
        facts={"plan": membership.plan_price.plan.code},
        now=ended_at,
    )


def cut_perks(period: MembershipPeriod, *, at: datetime) -> None:
    """End a period's perks at an instant, never later than they would have."""
    if at < period.perks_until:
        period.perks_until = at
        period.save(update_fields=["perks_until"])


def begin_end(membership: Membership, *, now: datetime) -> MembershipChange | None:
    """Have a live membership by card ended at Stripe; the clock does it if its caller does not.

    None when there is nothing to end, or another change is under way: then that one is in the way
    of a second, and staff see a membership whose money went back.
    """
    if membership.kind != "card" or membership.status == "ended":
        return None
    begun = MembershipChange.objects.filter(membership=membership, state="begun").first()
    if begun is not None:
        return begun if begun.kind == "end" else None
    return MembershipChange.objects.create(
        membership=membership, kind="end", state="begun", created_at=now
    )


def give_back_prepaid(membership: Membership, *, now: datetime) -> None:
    """A prepaid period's money went back: the membership ends with what is left of it, or now."""
    left = membership.periods.filter(given_back_at=None, ends_at__gt=now)
    ends_at = left.order_by("-ends_at").values_list("ends_at", flat=True).first()
    if membership.kind != "prepaid" or membership.status == "ended":
        return
    if ends_at is None:
        end(membership, ended_at=now)
    else:
        membership.current_period_end_at = ends_at
        membership.save(update_fields=["current_period_end_at"])


def take_up_prepaid(period: MembershipPeriod, *, now: datetime) -> None:
    """The money of a prepaid period stayed after all: its membership goes on, if none followed."""
    membership = period.membership
    if membership.kind != "prepaid" or period.ends_at <= now:
        return
    if membership.status == "ended":
        if live_membership(wallet_id=membership.wallet_id, now=now) is not None:
            return
        membership.status, membership.ended_at = "active", None
    membership.current_period_end_at = max(membership.current_period_end_at, period.ends_at)
    membership.save(update_fields=["status", "ended_at", "current_period_end_at"])


def end_memberships_over(*, now: datetime) -> int:
    """End what does not renew and is over, a wallet a transaction; returns how many.

    Perks do not wait for it: they end by the clock.
    """
    over = Membership.objects.filter(current_period_end_at__lte=now).exclude(kind="card")
    wallets = list(over.exclude(status="ended").values_list("wallet_id", flat=True))
    for wallet_id in wallets:
        with transaction.atomic(durable=True):
            live_membership(wallet_id=wallet_id, now=now)
    return len(wallets)

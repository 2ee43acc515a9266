"""The one live membership of a wallet. Each function is a step."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from billing.models import Membership, MembershipPeriod, WalletOwner
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

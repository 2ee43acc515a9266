"""Celery's side of billing: each task reads the clock and calls one service."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from billing.services import (
    auto_topups,
    code_tries,
    confirmations,
    document_mail,
    duplicates,
    forgetting,
    live_memberships,
    memberships,
    notices,
    open_orders,
    periods,
    reconciliation,
    referral_rewards,
    refunds,
    stripe_events,
    stripe_recovery,
    team_mail,
    undoing,
    upkeep,
    webhook_notices,
)


@shared_task(name="billing.expire_lots")
def expire_lots(**kwargs: Any) -> None:
    """Write down the expiry of lots that have ended."""
    upkeep.expire_due_lots(now=timezone.now())


@shared_task(name="billing.forget_cards")
def forget_cards(**kwargs: Any) -> None:
    """Empty fingerprints of cards that promotions long over have kept."""
    forgetting.forget_cards(now=timezone.now())


@shared_task(name="billing.check_ledger")
def check_ledger(**kwargs: Any) -> None:
    """Prove every invariant of the ledger and alarm on a breach."""
    upkeep.check_ledger(now=timezone.now())


@shared_task(name="billing.handle_stripe_event")
def handle_stripe_event(*, event_id: str, **kwargs: Any) -> None:
    """Fetch what one event is about and apply it."""
    stripe_events.handle(event_id=event_id, now=timezone.now())


@shared_task(name="billing.handle_stripe_events")
def handle_stripe_events(**kwargs: Any) -> None:
    """Handle events nobody rang for, and those whose next try has come."""
    stripe_events.handle_waiting(now=timezone.now())


@shared_task(name="billing.recover_stripe_events")
def recover_stripe_events(**kwargs: Any) -> None:
    """Read Stripe's own list for events that never arrived."""
    stripe_recovery.recover_events(now=timezone.now())


@shared_task(name="billing.poll_orders")
def poll_orders(**kwargs: Any) -> None:
    """Ask Stripe about open orders that are 2, 10 and 40 minutes old, or days."""
    now = timezone.now()
    confirmations.poll_open_orders(now=now)
    open_orders.close_forgotten_orders(now=now)


@shared_task(name="billing.undo_orders")
def undo_orders(**kwargs: Any) -> None:
    """Give back what must not be kept."""
    undoing.undo_orders(now=timezone.now())


@shared_task(name="billing.give_back_duplicates")
def give_back_duplicates(**kwargs: Any) -> None:
    """Give back what was paid a second time."""
    duplicates.give_back_duplicates(now=timezone.now())


@shared_task(name="billing.finish_changes")
def finish_changes(**kwargs: Any) -> None:
    """Finish membership changes and refunds whose process died."""
    memberships.finish_changes(now=timezone.now())
    refunds.finish_refunds(now=timezone.now())


@shared_task(name="billing.finish_refunds")
def finish_refunds(**kwargs: Any) -> None:
    """Send refunds that were begun a moment ago and that nobody waits for."""
    refunds.finish_refunds(now=timezone.now(), waited=timedelta(0))


@shared_task(name="billing.monthly_lots")
def monthly_lots(**kwargs: Any) -> None:
    """Give the lots of months that have begun, and end memberships that are over."""
    now = timezone.now()
    periods.grant_due_lots(now=now)
    live_memberships.end_memberships_over(now=now)


@shared_task(name="billing.notices")
def send_notices(**kwargs: Any) -> None:
    """Remind of periods that end, and mail what users must be told."""
    now = timezone.now()
    notices.remind_of_ends(now=now)
    webhook_notices.tell_of_disabled(now=now)
    notices.mail_notices(now=now)


@shared_task(name="billing.auto_topup")
def auto_topup(*, wallet_id: str, **kwargs: Any) -> None:
    """Buy points for a wallet that has fallen under its threshold."""
    auto_topups.top_up(wallet_id=int(wallet_id), now=timezone.now())


@shared_task(name="billing.auto_topups")
def sweep_auto_topups(**kwargs: Any) -> None:
    """Finish automatic purchases, and begin those nobody rang for."""
    auto_topups.sweep(now=timezone.now())


@shared_task(name="billing.paper")
def paper(**kwargs: Any) -> None:
    """Write the credit notes that are missing, and mail every document once."""
    now = timezone.now()
    document_mail.credit_refunds(now=now)
    document_mail.mail_documents(now=now)


@shared_task(name="billing.reconcile_stripe")
def reconcile_stripe(**kwargs: Any) -> None:
    """Compare Stripe with our orders, periods and the ledger, and alarm on a difference."""
    reconciliation.reconcile_nightly(now=timezone.now())


@shared_task(name="billing.team_mail")
def team_mail_out(**kwargs: Any) -> None:
    """Mail the invitations to teams that were not mailed yet."""
    team_mail.mail_invitations(now=timezone.now())


@shared_task(name="billing.referrals")
def referrals(**kwargs: Any) -> None:
    """Note friends' first payments, and settle what is due; forget old counts of wrong codes."""
    now = timezone.now()
    referral_rewards.follow_referrals(now=now)
    code_tries.forget_tries(now=now)

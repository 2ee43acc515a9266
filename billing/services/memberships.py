"""Changing, cancelling and resuming a membership by card.

Each is a row first, then a call under a key of that row, then the fetched result. A row left
`begun` by a crash is finished by the clock with the same key, so nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.models import User
from billing.errors import (
    ChangeInProgress,
    NoMembership,
    NotRenewing,
    OnlyAtRenewal,
    PaymentDeclined,
    PaymentsUnavailable,
)
from billing.gateway import outbound
from billing.gateway.errors import Declined, GatewayError, Unreachable
from billing.gateway.inbound import fetch_subscription
from billing.gateway.outbound import PriceChange
from billing.models import Membership, MembershipChange, PlanPrice
from billing.selectors.catalogue import plan_price
from billing.services.confirmations import confirm_membership
from billing.services.customers import customer_of
from billing.services.live_memberships import live_membership, lock_wallet
from billing.services.stripe_prices import price_id_of
from billing.services.wallets import wallet_for

WHENS = ("now", "renewal")
_UNFINISHED = timedelta(minutes=2)
_KEY_KEPT = timedelta(hours=23)


def change_membership(
    *, user: User, plan: str, period: str, when: str, now: datetime
) -> Membership:
    """Move to another plan or period: `now` at its full price, or at `renewal`.

    Now is for a higher plan, or a longer period of the same: a fresh period begins, the lots of
    the old one stay. Raises InvalidRequest, NotForSale, NoMembership, NotRenewing, OnlyAtRenewal,
    ChangeInProgress, PaymentDeclined (nothing has changed), PaymentsUnavailable.
    """
    if when not in WHENS:
        raise InvalidRequest(_("Choose when: now or renewal."), fields={"when": "unknown"})
    return _run(_begin_change(user=user, plan=plan, period=period, when=when, now=now), now)


def cancel_membership(*, user: User, now: datetime) -> Membership:
    """Let the membership end with its period; points stay, perks last until then.

    Raises NoMembership, NotRenewing, ChangeInProgress, PaymentsUnavailable.
    """
    return _run(_begin(user=user, kind="cancel", now=now), now)


def resume_membership(*, user: User, now: datetime) -> Membership:
    """Take back a cancel, and a change at renewal. Raises as `cancel_membership` does."""
    return _run(_begin(user=user, kind="resume", now=now), now)


def end_at_once(*, user: User, now: datetime) -> Membership:
    """End the subscription now, for an account that is being closed. Nothing is charged again.

    Raises as `cancel_membership` does.
    """
    return _run(_begin(user=user, kind="end", now=now), now)


def card_page(*, user: User) -> str:
    """The address of the page where the user changes the card. Raises PaymentsUnavailable."""
    try:
        return outbound.card_page_url(
            customer_id=customer_of(user), return_url=f"{settings.PUBLIC_URL}/billing/"
        )
    except GatewayError as error:
        raise _unavailable() from error


def finish_changes(*, now: datetime) -> int:
    """Finish changes whose process died half-way; returns how many were tried.

    Stripe forgets a key after a day: then the change is given up; events bring what became of it.
    """
    left = MembershipChange.objects.filter(state="begun", created_at__lte=now - _UNFINISHED)
    found = list(left.select_related("membership", "plan_price__plan")[:100])
    for change in found:
        if change.created_at <= now - _KEY_KEPT:
            _close(change, "failed", "not answered within a day", now)
            continue
        try:
            _run(change, now)
        except (PaymentDeclined, PaymentsUnavailable):
            continue  # kept on the row, or tried again at the next run
    return len(found)


def run_change(change: MembershipChange, *, now: datetime) -> Membership:
    """Do a change that another use case has begun. Raises PaymentDeclined, PaymentsUnavailable."""
    return _run(change, now)


@transaction.atomic(durable=True)
def _begin_change(
    *, user: User, plan: str, period: str, when: str, now: datetime
) -> MembershipChange:
    membership = _locked(user, now)
    present = membership.plan_price
    price = plan_price(plan=plan, period=period, currency=present.currency, now=now)
    if (price.plan.code, price.period) == (present.plan.code, present.period):
        raise InvalidRequest(_("You are on this plan."), fields={"plan": "unchanged"})
    higher = (price.plan.level, price.months) > (present.plan.level, present.months)
    if when == "now" and (not higher or price.plan.level < present.plan.level):
        raise OnlyAtRenewal(_("A lower plan or a shorter period starts at renewal."))
    if when == "now" and membership.status == "past_due":
        raise NotRenewing(_("Pay the renewal that is due first."))
    return _record(membership, when, price, now)


@transaction.atomic(durable=True)
def _begin(*, user: User, kind: str, now: datetime) -> MembershipChange:
    return _record(_locked(user, now), kind, None, now)


def _locked(user: User, now: datetime) -> Membership:
    wallet_id = wallet_for(user=user, now=now)
    lock_wallet(wallet_id)
    membership = live_membership(wallet_id=wallet_id, now=now)
    if membership is None:
        raise NoMembership(_("You have no membership."))
    if membership.kind != "card":
        raise NotRenewing(_("A prepaid period does not renew: it simply ends, or you buy another."))
    return membership


def _record(
    membership: Membership, kind: str, price: PlanPrice | None, now: datetime
) -> MembershipChange:
    try:
        with transaction.atomic():
            return MembershipChange.objects.create(
                membership=membership, kind=kind, plan_price=price, state="begun", created_at=now
            )
    except IntegrityError:
        raise ChangeInProgress(_("An earlier change is not finished yet.")) from None


def _run(change: MembershipChange, now: datetime) -> Membership:
    """Ask Stripe under the change's key, then store what Stripe made of it."""
    membership = change.membership
    # The instant is part of the key: ids start again when a test installation is reset.
    key = f"change-{change.pk}-{int(change.created_at.timestamp())}"
    try:
        schedule_id = _ACTIONS[change.kind](membership, change, key)
        confirm_membership(subscription_id=membership.subscription_id, now=now)
    except Declined as declined:
        _close(change, "failed", str(declined), now)
        raise PaymentDeclined(
            _("The bank declined the payment; nothing was charged and nothing has changed."),
            facts={"decline_code": declined.decline_code},
        ) from declined
    except Unreachable as error:
        raise _unavailable() from error  # still begun: finished by the clock
    except GatewayError as error:
        _close(change, "failed", str(error), now)
        raise _unavailable() from error
    return _close(change, "done", "", now, schedule_id)


def _change_now(membership: Membership, change: MembershipChange, key: str) -> str:
    _go_on(membership, key)
    outbound.change_price_now(_price_change(membership, change), key=key)
    return ""


def _change_at_renewal(membership: Membership, change: MembershipChange, key: str) -> str:
    _go_on(membership, key)
    return outbound.change_price_at_renewal(_price_change(membership, change), key=key)


def _cancel(membership: Membership, change: MembershipChange, key: str) -> str:
    _release(membership, key)
    outbound.cancel_at_period_end(membership.subscription_id, key=key)
    return ""


def _resume(membership: Membership, change: MembershipChange, key: str) -> str:
    _go_on(membership, key)
    return ""


def _end(membership: Membership, change: MembershipChange, key: str) -> str:
    _release(membership, key)
    outbound.cancel_subscription(membership.subscription_id, key=key)
    return ""


_ACTIONS: dict[str, Callable[[Membership, MembershipChange, str], str]] = {
    "now": _change_now,
    "renewal": _change_at_renewal,
    "cancel": _cancel,
    "resume": _resume,
    "end": _end,
}


def _release(membership: Membership, key: str) -> None:
    """While a schedule rules a subscription nothing else may change it."""
    if membership.schedule_id:
        outbound.release_schedule(membership.schedule_id, key=f"{key}-release")


def _go_on(membership: Membership, key: str) -> None:
    """Take back a change at renewal and an end, so that the subscription goes on as it is."""
    _release(membership, key)
    present = fetch_subscription(membership.subscription_id)
    if present.cancel_at is not None:
        outbound.go_on(membership.subscription_id, by_date=present.cancels_by_date, key=f"{key}-on")


def _price_change(membership: Membership, change: MembershipChange) -> PriceChange:
    if change.plan_price is None:
        raise ValueError(f"change {change.pk} names no price")
    return PriceChange(
        subscription_id=membership.subscription_id,
        item_id=fetch_subscription(membership.subscription_id).item_id,
        price_id=price_id_of(change.plan_price),
    )


@transaction.atomic(durable=True)
def _close(
    change: MembershipChange, state: str, error: str, now: datetime, schedule_id: str = ""
) -> Membership:
    MembershipChange.objects.filter(pk=change.pk, state="begun").update(
        state=state, error=error[:500], closed_at=now
    )
    membership = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("plan_price__plan", "next_plan_price__plan")
        .get(pk=change.membership_id)
    )
    if state == "done" and change.kind == "renewal" and schedule_id:
        membership.next_plan_price = change.plan_price
        membership.schedule_id = schedule_id
        membership.save(update_fields=["next_plan_price", "schedule_id"])
    return membership


def _unavailable() -> PaymentsUnavailable:
    return PaymentsUnavailable(
        _("The payment provider cannot be reached right now; try again in a few minutes.")
    )

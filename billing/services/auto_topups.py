"""Buying points by itself: our order first, then the saved card, then the points.

A hold that takes the balance under the threshold rings; a sweep finds what nobody rang for. The
attempt row is the truth: whatever dies in between, the next run asks Stripe again under the same
key, or looks the payment up. No database transaction is open while Stripe is asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, Subquery, Sum

from accounts.errors import Refusal
from accounts.services.doorbell import ring_after_commit
from billing import launch
from billing.gateway import saved_cards
from billing.gateway.errors import Declined, GatewayError, Unreachable
from billing.gateway.saved_cards import CardCharge, PaymentState
from billing.ledger import selectors as ledger_reads
from billing.ledger.models import Wallet
from billing.models import AutoTopUp, AutoTopUpAttempt, BillingDetails, Order
from billing.selectors.taxes import tax_rule
from billing.services.auto_topup_outcomes import apply_failure, apply_payment, stop
from billing.services.buyers import record_terms
from billing.services.choices import Choice, PricedChoice, price_choice
from billing.services.live_memberships import lock_wallet
from billing.services.notices import tell

log = logging.getLogger(__name__)
# One try has this long before another may begin.
_LEASE = timedelta(minutes=2)
# Stripe forgets a key after a day: later the payment is looked up and never asked for again.
_KEY_KEPT = timedelta(hours=23)
_AT_ONCE = 200


def ring_for(*, wallet_id: int) -> None:
    """Ring because a hold has left less than the owner's threshold. A step."""
    ring_after_commit("billing.auto_topup", wallet_id=str(wallet_id))


def top_up(*, wallet_id: int, now: datetime) -> AutoTopUpAttempt | None:
    """Buy for one wallet if it is due; the attempt, None when nothing is."""
    attempt = _begin(wallet_id, now)
    return _try(attempt.pk, now) if attempt is not None else None


def sweep(*, now: datetime) -> int:
    """Finish what was begun, and buy where nobody rang; returns how many wallets were tried."""
    due = AutoTopUpAttempt.objects.filter(state="begun", next_try_at__lte=now)
    begun = list(due.order_by("next_try_at").values_list("pk", flat=True)[:_AT_ONCE])
    _each(begun, lambda pk: _try(pk, now))
    low = _low_wallets(now)
    _each(low, lambda wallet_id: top_up(wallet_id=wallet_id, now=now))
    return len(begun) + len(low)


def cancel_unasked(*, wallet_id: int, now: datetime) -> None:
    """Call off a purchase that Stripe was not asked for yet. A step: the wallet is locked."""
    attempt = AutoTopUpAttempt.objects.filter(
        wallet_id=wallet_id, state="begun", asked_at=None
    ).first()
    if attempt is None:
        return
    attempt.state, attempt.closed_at = "canceled", now
    attempt.save(update_fields=["state", "closed_at"])
    Order.objects.filter(pk=attempt.order_id, state="open").update(state="canceled")


def spent_this_month(*, wallet_id: int, currency: str, now: datetime) -> int:
    """What automatic purchases of the server's month have cost or may still cost, minor units."""
    total = AutoTopUpAttempt.objects.filter(
        wallet_id=wallet_id,
        currency=currency,
        created_at__gte=_month(now),
        state__in=["begun", "paid"],
    ).aggregate(minor=Sum("amount_minor", default=0))
    return int(total["minor"])


def _low_wallets(now: datetime) -> list[int]:
    """Wallets that are on, have no purchase begun and seem low; the lock decides."""
    begun = AutoTopUpAttempt.objects.filter(state="begun").values("wallet_id")
    stored = Wallet.objects.filter(pk=OuterRef("wallet_id")).values("available_cp")
    low = (
        AutoTopUp.objects.filter(Q(waits_until=None) | Q(waits_until__lte=now), enabled=True)
        .exclude(wallet_id__in=begun)
        .annotate(available_cp=Subquery(stored))
        .filter(available_cp__lt=F("threshold_cp"))
    )
    return list(low.order_by("wallet_id").values_list("wallet_id", flat=True)[:_AT_ONCE])


@transaction.atomic(durable=True)
def _begin(wallet_id: int, now: datetime) -> AutoTopUpAttempt | None:
    lock_wallet(wallet_id)
    row = AutoTopUp.objects.select_related("user").filter(wallet_id=wallet_id, enabled=True).first()
    if row is None:
        return None
    mine = AutoTopUpAttempt.objects.filter(wallet_id=wallet_id)
    if mine.filter(state="begun").exists():
        return None
    if ledger_reads.balance(wallet_id=wallet_id, now=now).available_cp >= row.threshold_cp:
        return None
    choice = Choice(pack=row.pack_code, amount_minor=row.amount_minor, currency=row.currency)
    try:
        priced = price_choice(user=row.user, wallet_id=wallet_id, choice=choice, now=now)
    except Refusal as refusal:
        stop(row, reason="not_for_sale", detail=refusal.message, key=f"{row.updated_at}", now=now)
        return None
    cost_minor = tax_rule().to_pay_minor(priced.amount_minor)
    spent_minor = spent_this_month(wallet_id=wallet_id, currency=row.currency, now=now)
    if spent_minor + cost_minor > row.month_max_minor:
        _wait_for_next_month(row, now)
        return None
    number = (mine.aggregate(last=Max("number"))["last"] or 0) + 1
    order = _order(row, choice, priced, number, now)
    return AutoTopUpAttempt.objects.create(
        wallet_id=wallet_id,
        number=number,
        order=order,
        state="begun",
        amount_minor=order.amount_minor,
        currency=order.currency,
        customer_id=row.customer_id,
        card_id=row.card_id,
        next_try_at=now,
        created_at=now,
    )


def _order(
    row: AutoTopUp, choice: Choice, priced: PricedChoice, number: int, now: datetime
) -> Order:
    tax = tax_rule()
    order = Order.objects.create(
        wallet_id=row.wallet_id,
        user=row.user,
        kind=priced.kind,
        family="auto",
        method="card",
        list_minor=tax.to_pay_minor(priced.list_minor),
        amount_minor=tax.to_pay_minor(priced.amount_minor),
        currency=priced.currency,
        points_cp=priced.points_cp,
        bonus_cp=priced.bonus_cp,
        pack_code=choice.pack,
        idempotency_key=f"auto:{number}",
        request_hash=choice.digest(),
        consent_version=row.consent_version,
        consent_at=row.consent_at,
        created_at=now,
        expires_at=now + launch.CHECKOUT_LIFETIME,
    )
    details = BillingDetails.objects.filter(user=row.user).first()
    language = (details.language if details else "") or settings.LANGUAGE_CODE
    record_terms(order=order, user=row.user, language=language, now=now)
    return order


def _try(attempt_id: int, now: datetime) -> AutoTopUpAttempt | None:
    """Bring an attempt to its end, or leave it for the next run; None when another has it."""
    attempt = _claim(attempt_id, now)
    if attempt is None:
        return None
    try:
        payment = _ask(attempt, now)
    except Unreachable as error:
        log.warning("%s is not answered yet: %s", attempt, error)
        return attempt
    except GatewayError as error:
        payment = _despite(attempt, error, now)
        if payment is None:
            return attempt
    if payment is not None:
        apply_payment(attempt_id=attempt.pk, payment=payment, now=now)
    attempt.refresh_from_db()
    return attempt


@transaction.atomic(durable=True)
def _claim(attempt_id: int, now: datetime) -> AutoTopUpAttempt | None:
    """Take the attempt for one try: of two workers one gets it. Turned off meanwhile ends it."""
    attempt = AutoTopUpAttempt.objects.get(pk=attempt_id)
    lock_wallet(attempt.wallet_id)
    taken = AutoTopUpAttempt.objects.filter(
        pk=attempt_id, state="begun", next_try_at__lte=now
    ).update(next_try_at=now + _LEASE)
    if not taken:
        return None
    on = AutoTopUp.objects.filter(wallet_id=attempt.wallet_id, enabled=True).exists()
    if not on:
        cancel_unasked(wallet_id=attempt.wallet_id, now=now)
    elif attempt.asked_at is None:
        AutoTopUpAttempt.objects.filter(pk=attempt_id).update(asked_at=now)
    attempt.refresh_from_db()
    return attempt if attempt.state == "begun" else None


def _ask(attempt: AutoTopUpAttempt, now: datetime) -> PaymentState | None:
    """Charge the card; when that was asked before and may not be repeated, look it up instead.

    None: there is no payment, and there will be none. Raises GatewayError.
    """
    asked_at = attempt.asked_at or now
    still_on = AutoTopUp.objects.filter(wallet_id=attempt.wallet_id, enabled=True).exists()
    if still_on and now < asked_at + _KEY_KEPT:
        return saved_cards.charge_card(
            CardCharge(
                order_id=str(attempt.order_id),
                customer_id=attempt.customer_id,
                card_id=attempt.card_id,
                amount_minor=attempt.amount_minor,
                currency=attempt.currency,
                key=attempt.key,
            )
        )
    found = saved_cards.find_payment(
        customer_id=attempt.customer_id, order_id=str(attempt.order_id)
    )
    if found is None:
        apply_failure(attempt_id=attempt.pk, reason="not_charged", detail="", now=now)
    return found


def _despite(attempt: AutoTopUpAttempt, error: GatewayError, now: datetime) -> PaymentState | None:
    """A refusal counts only if no earlier request, whose answer was lost, has been paid."""
    try:
        found = saved_cards.find_payment(
            customer_id=attempt.customer_id, order_id=str(attempt.order_id)
        )
    except Unreachable as unreachable:
        log.warning("%s is not answered yet: %s", attempt, unreachable)
        return None
    except GatewayError:
        found = None
    if found is not None and found.status in ("succeeded", "processing"):
        return found
    reason = error.decline_code if isinstance(error, Declined) else "card_unusable"
    apply_failure(attempt_id=attempt.pk, reason=reason, detail=str(error), now=now)
    attempt.refresh_from_db()
    return None


def _wait_for_next_month(row: AutoTopUp, now: datetime) -> None:
    """The maximum is reached: said once a month, and the sweep leaves the wallet alone."""
    begins = _month(now)
    month = begins.strftime("%Y-%m")
    row.waits_until = (begins + timedelta(days=32)).replace(day=1)
    row.save(update_fields=["waits_until"])
    tell(
        user_id=row.user_id,
        kind="auto_topup_maximum",
        key=f"auto_topup_maximum:{row.wallet_id}:{month}:{row.month_max_minor}",
        facts={"amount_minor": row.month_max_minor, "currency": row.currency},
        now=now,
    )


def _month(now: datetime) -> datetime:
    """The first instant of the server's month."""
    local = now.astimezone(ZoneInfo(settings.POINTS_DAY_TZ))
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _each(ids: list[int], run: Callable[[int], object]) -> None:
    """One wallet that cannot be served does not keep the others waiting."""
    for one in ids:
        try:
            run(one)
        except Exception:
            log.exception("automatic purchase %s could not be tried", one)

"""Beginning a purchase: our order first, then a pay page for exactly its amount.

No database transaction is open while Stripe is asked: the order is committed, the page is made
under a key of the order and its attempt, and the answer is recorded.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.idempotency import checked_key
from accounts.models import User
from billing import launch
from billing.errors import IdempotencyConflict, OrderOpen, PaymentsUnavailable
from billing.gateway import inbound, outbound
from billing.gateway.errors import GatewayError, Missing, Rejected
from billing.gateway.types import OpenPage, PayPage
from billing.models import Order
from billing.selectors.taxes import tax_rule
from billing.services import promotions
from billing.services.bans import refuse_banned
from billing.services.buyers import record_terms
from billing.services.choices import METHODS, Choice, PricedChoice, price_choice
from billing.services.customers import customer_of, forget_customer
from billing.services.live_memberships import lock_wallet
from billing.services.open_orders import close_order
from billing.services.stripe_prices import coupon_id_of, price_id_of, sync_price
from billing.services.wallets import wallet_for
from billing.types import format_points

log = logging.getLogger(__name__)
FIRST_POLL = timedelta(minutes=2)
# A page this close to its end is not handed out again.
_STILL_USEFUL = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Begun:
    """An order with its pay page; `replayed` when the same request had made it before."""

    order: Order
    replayed: bool


@dataclass(frozen=True, slots=True)
class _Intent:
    """The order of a request, or the open order that must be closed first."""

    order: Order | None
    replayed: bool = False
    blocking: Order | None = None


def begin_checkout(
    *,
    user: User,
    choice: Choice,
    idempotency_key: str | None,
    consent: str = "",
    now: datetime,
) -> Begun:
    """An open order and the address of its pay page.

    The same key and choice give the first order again, and so does the same choice while its page
    is open. Another open order of the same family is closed first. `consent` is the version of the
    terms under which the buyer asked for the points at once, "" for none: it is kept with its time
    on the order, and a withdrawal goes by it. Raises InvalidRequest,
    IdempotencyConflict, NotForSale, MembershipExists, MembershipPastDue, PromotionUnavailable,
    AccountBanned, OrderOpen when the other order is being paid, PaymentsUnavailable.
    """
    key = checked_key(idempotency_key) or f"none:{uuid.uuid4()}"
    refuse_banned(user)
    intent = _intend(user=user, choice=choice, key=key, now=now)
    if intent.blocking is not None:
        close_order(intent.blocking, now=now)
        intent = _intend(user=user, choice=choice, key=key, now=now)
    if intent.order is None:
        blocking = intent.blocking.pk if intent.blocking else ""
        raise OrderOpen(
            _("An earlier order is being paid right now."), facts={"order": str(blocking)}
        )
    order = intent.order
    _keep_consent(order, consent, now)
    if order.state == "open" and not order.url:
        order = _open_page(order, user, now)
    return Begun(order, intent.replayed)


def _keep_consent(order: Order, version: str, now: datetime) -> None:
    """The first consent counts; an order that is paid already takes none."""
    if version and order.state == "open" and order.consent_at is None:
        order.consent_version, order.consent_at = version, now
        order.save(update_fields=["consent_version", "consent_at"])


@transaction.atomic(durable=True)
def _intend(*, user: User, choice: Choice, key: str, now: datetime) -> _Intent:
    wallet_id = wallet_for(user=user, now=now)
    lock_wallet(wallet_id)
    digest = choice.digest()
    known = Order.objects.filter(wallet_id=wallet_id, idempotency_key=key).first()
    if known is not None:
        if bytes(known.request_hash) != digest:
            raise IdempotencyConflict(_("This idempotency key was used with another request."))
        return _Intent(known, replayed=True)
    priced = price_choice(user=user, wallet_id=wallet_id, choice=choice, now=now)
    blocking = Order.objects.filter(wallet_id=wallet_id, family=choice.family, state="open").first()
    if blocking is not None:
        same = bytes(blocking.request_hash) == digest and _no_worse(blocking, priced)
        if same and blocking.expires_at > now + _STILL_USEFUL:
            return _Intent(blocking, replayed=True)
        return _Intent(None, blocking=blocking)
    tax = tax_rule()
    order = Order.objects.create(
        wallet_id=wallet_id,
        user=user,
        kind=priced.kind,
        family=choice.family,
        method=choice.method or ("card" if priced.kind == "membership" else ""),
        list_minor=tax.to_pay_minor(priced.list_minor),
        amount_minor=tax.to_pay_minor(priced.amount_minor),
        currency=priced.currency,
        points_cp=priced.points_cp,
        bonus_cp=priced.bonus_cp,
        pack_code=choice.pack,
        plan_price=priced.plan_price,
        period=priced.plan_price.period if priced.plan_price else "",
        promotion=priced.discount.promotion if priced.discount else None,
        idempotency_key=key,
        request_hash=digest,
        created_at=now,
        expires_at=now + launch.CHECKOUT_LIFETIME,
        next_poll_at=now + FIRST_POLL,
    )
    record_terms(order=order, user=user, now=now)
    if priced.discount is not None:
        promotions.reserve(order=order, discount=priced.discount, now=now)
    return _Intent(order)


def _no_worse(order: Order, priced: PricedChoice) -> bool:
    """Whether an open page is as good as a new one: an event that has begun must not be missed,
    and a price that was promised stays promised."""
    return order.amount_minor <= priced.amount_minor and _given_cp(order) >= _given_cp(priced)


def _given_cp(asked: Order | PricedChoice) -> int:
    """Points at once, or a month."""
    monthly_cp = asked.plan_price.plan.month_cp if asked.plan_price is not None else 0
    return asked.points_cp + asked.bonus_cp + monthly_cp


def _open_page(order: Order, user: User, now: datetime) -> Order:
    """Make the pay page; what is missing or stale at Stripe is made again, once."""
    try:
        try:
            return _try_open(order, user, now)
        except Missing as missing:
            if missing.param == "customer":
                forget_customer(customer_of(user))
            elif order.plan_price is not None:
                sync_price(order.plan_price)
            else:
                raise
        except Rejected:
            if order.plan_price is None:
                raise
            sync_price(order.plan_price)  # a price or product archived by hand
        return _try_open(order, user, now)
    except GatewayError as error:
        raise PaymentsUnavailable(
            _("The payment page cannot be opened right now; nothing was charged.")
        ) from error


def _try_open(order: Order, user: User, now: datetime) -> Order:
    customer_id = customer_of(user)
    if order.attempt > 1:
        # An earlier request was not answered well: it may have made a page all the same.
        found = inbound.find_session(customer_id=customer_id, order_id=str(order.pk))
        if found:
            page = outbound.reopen_pay_page(found)
            if page is not None:
                return _record_page(order, page)
    attempt = order.attempt
    # Counted before Stripe is asked: whatever happens, the next request has another key. The first
    # attempt keeps the order's own end, so that a double click sends one request twice.
    order.attempt = attempt + 1
    if attempt > 1:
        order.expires_at = now + launch.CHECKOUT_LIFETIME
    order.save(update_fields=["attempt", "expires_at"])
    return _record_page(order, outbound.open_pay_page(_page(order, customer_id, attempt)))


def _page(order: Order, customer_id: str, attempt: int) -> PayPage:
    price_id = coupon_id = ""
    if order.kind == "membership" and order.plan_price is not None:
        price_id = price_id_of(order.plan_price)
        if order.promotion is not None:
            off_minor = order.list_minor - order.amount_minor
            coupon_id = coupon_id_of(order.promotion, order.plan_price, off_minor)
    return PayPage(
        order_id=str(order.pk),
        customer_id=customer_id,
        description=_describe(order),
        amount_minor=order.amount_minor,
        currency=order.currency,
        methods=(order.method,) if order.method else METHODS,
        expires_at=order.expires_at,
        return_url=f"{settings.PUBLIC_URL}/pay/return/{order.pk}",
        locale=get_language() or "en",
        metadata={"order_id": str(order.pk), "kind": order.kind},
        key=f"order-{order.pk}-{attempt}",
        price_id=price_id,
        coupon_id=coupon_id,
    )


def _describe(order: Order) -> str:
    if order.plan_price is not None:
        months = order.plan_price.months
        return ngettext(
            "%(plan)s membership, %(months)d month",
            "%(plan)s membership, %(months)d months",
            months,
        ) % {"plan": order.plan_price.plan.code.capitalize(), "months": months}
    points = format_points(order.points_cp + order.bonus_cp).removesuffix(".00")
    return _("%(points)s points") % {"points": points}


def _record_page(order: Order, page: OpenPage) -> Order:
    order.session_id, order.url, order.expires_at = page.session_id, page.url, page.expires_at
    order.save(update_fields=["session_id", "url", "expires_at"])
    return order

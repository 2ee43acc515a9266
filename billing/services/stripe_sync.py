"""Making what we need at Stripe: products, prices, coupons and the webhook endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from billing.gateway import endpoints, prices
from billing.gateway.errors import GatewayError
from billing.models import PlanPrice, Promotion, StripeEndpoint, StripePrice
from billing.selectors.catalogue import live_catalogue
from billing.selectors.promotions import best_discount
from billing.services.stripe_events import TYPES
from billing.services.stripe_prices import coupon_id_of, sync_price
from billing.services.webhook_secrets import active_secrets, seal


@dataclass(frozen=True, slots=True)
class Synced:
    """What a run made sure of."""

    prices: int
    archived: int
    coupons: int
    endpoint: str


class SyncFailed(Exception):
    """Stripe could not be reached, or refused; what was made so far stays and is found again."""


def sync_stripe(*, webhook_url: str, now: datetime) -> Synced:
    """Make Stripe hold the live and the scheduled catalogue, and nothing older for sale.

    Safe to repeat. Raises SyncFailed, NotForSale before the first catalogue has started.
    """
    try:
        return _sync(webhook_url, now)
    except GatewayError as error:
        raise SyncFailed(str(error)) from error


def _sync(webhook_url: str, now: datetime) -> Synced:
    live = live_catalogue(now=now)
    wanted = list(
        PlanPrice.objects.select_related("plan").filter(
            plan__catalogue__published_at__isnull=False,
            plan__catalogue_id__gte=live.version,
        )
    )
    for price in wanted:
        sync_price(price)
    return Synced(
        prices=len(wanted),
        archived=_archive_older(live.version),
        coupons=_sync_coupons(wanted, now),
        endpoint=_ensure_endpoint(webhook_url, now),
    )


def _archive_older(version: int) -> int:
    """Sell older prices no longer; who is on one stays on it."""
    older = StripePrice.objects.filter(
        livemode=settings.STRIPE_LIVEMODE, plan_price__plan__catalogue_id__lt=version
    )
    for row in older:
        prices.archive_price(row.price_id)
    return len(older)


def _sync_coupons(wanted: list[PlanPrice], now: datetime) -> int:
    running = Promotion.objects.filter(
        Q(ended_early_at=None), published_at__isnull=False, ends_at__gt=now
    )
    made = 0
    for promotion in running:
        for price in wanted:
            discount = best_discount([promotion], price)
            if discount is not None:
                coupon_id_of(promotion, price, discount.discount_minor)
                made += 1
    return made


def _ensure_endpoint(webhook_url: str, now: datetime) -> str:
    """The endpoint at our address; made again when its secret is not known to us."""
    livemode = settings.STRIPE_LIVEMODE
    known = set(
        StripeEndpoint.objects.filter(url=webhook_url, livemode=livemode).values_list(
            "endpoint_id", flat=True
        )
    )
    listed = endpoints.find_endpoints(webhook_url)
    kept = [endpoint_id for endpoint_id in listed if endpoint_id in known]
    if kept and active_secrets():
        endpoints.update_endpoint(kept[0], TYPES)
        return kept[0]
    if listed and settings.STRIPE_WEBHOOK_SECRETS:
        return listed[0]  # made by hand, its secret given in the environment
    for stale in listed:
        endpoints.delete_endpoint(stale)  # signed with a secret nobody knows any more
    made = endpoints.make_endpoint(webhook_url, TYPES)
    with transaction.atomic(durable=True):
        StripeEndpoint.objects.create(
            endpoint_id=made.endpoint_id,
            livemode=livemode,
            url=webhook_url,
            sealed_secret=seal(made.secret),
            created_at=now,
        )
    return made.endpoint_id

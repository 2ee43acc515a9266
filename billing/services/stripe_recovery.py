"""What webhooks did not bring, read from Stripe's own list of events."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from billing.gateway import inbound
from billing.models import StripeCursor
from billing.services.stripe_events import TYPES, store

# Stripe keeps events this long, and an event may appear in the list a little late.
KEPT = timedelta(days=30)
OVERLAP = timedelta(hours=1)
_CURSOR = "events"
_TYPES_AT_ONCE = 20


def recover_events(*, now: datetime, since: datetime | None = None) -> int:
    """Put every listed event into the inbox that is not there; returns how many were missing.

    Reads from an hour before where the last run ended, or from `since`. Raises GatewayError.
    """
    cursor = StripeCursor.objects.filter(pk=_CURSOR).first()
    start = since or (cursor.read_until - OVERLAP if cursor else now - KEPT)
    missing = 0
    for first in range(0, len(TYPES), _TYPES_AT_ONCE):
        types = list(TYPES[first : first + _TYPES_AT_ONCE])
        for event in inbound.list_events(since=max(start, now - KEPT), types=types):
            missing += store(event, now=now)
    _advance(now)
    return missing


@transaction.atomic(durable=True)
def _advance(now: datetime) -> None:
    StripeCursor.objects.update_or_create(pk=_CURSOR, defaults={"read_until": now})

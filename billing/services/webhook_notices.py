"""Telling owners that a webhook endpoint was switched off: the row says so, the clock finds it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import WebhookEndpoint
from billing.services.notices import tell


@transaction.atomic(durable=True)
def tell_of_disabled(*, now: datetime, limit: int = 200) -> int:
    """Record a notice for each endpoint that was switched off and not told of; how many."""
    untold = WebhookEndpoint.objects.filter(state="disabled", told_at=None)
    found = list(untold.select_for_update(skip_locked=True, no_key=True)[:limit])
    for endpoint in found:
        tell(
            user_id=endpoint.user_id,
            kind="webhook_disabled",
            key=f"webhook_disabled:{endpoint.pk}:{int(endpoint.state_at.timestamp())}",
            facts={
                "endpoint": str(endpoint.pk),
                "url": endpoint.url,
                "reason": endpoint.state_reason,
            },
            now=now,
        )
        endpoint.told_at = now
        endpoint.save(update_fields=["told_at"])
    return len(found)

"""Changing the secret that encrypts: every sealed value is written anew."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction

from accounts.models import ApiKey, WebhookDelivery, WebhookEndpoint
from accounts.services.sealing import resealed

_SEALED: tuple[tuple[type[models.Model], str], ...] = (
    (ApiKey, "sealed_secret"),
    (WebhookEndpoint, "sealed_secret"),
    (WebhookEndpoint, "previous_sealed_secret"),
    (WebhookDelivery, "sealed_secret"),
)


@transaction.atomic(durable=True)
def reseal_all() -> int:
    """Encrypt all under the first secret; how many. Raises CannotUnseal and then changes none."""
    return sum(_reseal(kind._default_manager.all(), field) for kind, field in _SEALED)


def _reseal(rows: models.QuerySet[Any], field: str) -> int:
    count = 0
    sealed_rows = rows.select_for_update(no_key=True).exclude(**{field: None})
    for row_id, sealed in sealed_rows.values_list("pk", field):
        rows.filter(pk=row_id).update(**{field: resealed(sealed)})
        count += 1
    return count

"""Changing the secret that encrypts: every sealed row is written anew."""

from __future__ import annotations

from django.db import transaction

from accounts.models import ApiKey
from accounts.services.sealing import resealed


@transaction.atomic(durable=True)
def reseal_all() -> int:
    """Encrypt all under the first secret; how many. Raises CannotUnseal and then changes none."""
    keys = ApiKey.objects.select_for_update().exclude(sealed_secret=None)
    count = 0
    for key in keys.iterator():
        ApiKey.objects.filter(pk=key.pk).update(sealed_secret=resealed(bytes(key.sealed_secret)))
        count += 1
    return count

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
    for key_id, sealed in keys.values_list("pk", "sealed_secret"):
        assert sealed is not None
        ApiKey.objects.filter(pk=key_id).update(sealed_secret=resealed(sealed))
        count += 1
    return count

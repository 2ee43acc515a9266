"""Making, reading and revoking API keys."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.errors import InvalidRequest, NotFound
from accounts.models import ApiKey, User

_VISIBLE = 12
_USE_RESOLUTION = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. `secret` is shown once and kept nowhere."""

    key: ApiKey
    secret: str


def hash_secret(secret: str) -> bytes:
    """SHA-256 of the secret: enough for 256 random bits, and quick on every request."""
    return hashlib.sha256(secret.encode()).digest()


@transaction.atomic(durable=True)
def create_api_key(
    *,
    user: User,
    name: str,
    daily_cap_cp: int | None = None,
    monthly_cap_cp: int | None = None,
    now: datetime,
) -> NewKey:
    """Make a key for `user`, with hard caps in hundredths of a point where given.

    Raises InvalidRequest unless its name has 1 to 80 characters and its caps are positive.
    """
    name = name.strip()
    if not name or len(name) > 80:
        raise InvalidRequest("A key needs a name.", fields={"name": "1 to 80 characters"})
    for field, cap_cp in (("daily_cap", daily_cap_cp), ("monthly_cap", monthly_cap_cp)):
        if cap_cp is not None and cap_cp <= 0:
            raise InvalidRequest("A cap is more than zero.", fields={field: "must be positive"})
    secret = f"ink_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        user=user,
        name=name,
        prefix=secret[:_VISIBLE],
        secret_hash=hash_secret(secret),
        daily_cap_cp=daily_cap_cp,
        monthly_cap_cp=monthly_cap_cp,
        created_at=now,
    )
    return NewKey(key=key, secret=secret)


@transaction.atomic(durable=True)
def revoke_api_key(*, user: User, key_id: UUID, now: datetime) -> None:
    """Stop a key at once. Raises NotFound when it is not this user's; revoking twice is nothing."""
    keys = ApiKey.objects.filter(user=user, id=key_id)
    if not keys.filter(revoked_at=None).update(revoked_at=now) and not keys.exists():
        raise NotFound("No such API key.")


def find_api_key(*, secret: str, now: datetime) -> ApiKey | None:
    """The live key with this secret, its user loaded; notes the use once a minute."""
    key = (
        ApiKey.objects.select_related("user")
        .filter(secret_hash=hash_secret(secret), revoked_at=None, user__is_active=True)
        .first()
    )
    if key and (key.last_used_at is None or now - key.last_used_at > _USE_RESOLUTION):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key

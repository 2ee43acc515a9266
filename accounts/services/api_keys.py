"""Making, changing, rotating and revoking API keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, KeyTooWeak, NotFound
from accounts.models import ApiKey, User
from accounts.scopes import DEFAULT
from accounts.services.key_terms import checked, within
from accounts.services.sealing import seal

OVERLAP_HOURS_MAX = 168
LIVE_KEYS_MAX = 100
_VISIBLE = 12


@dataclass(frozen=True, slots=True)
class KlingPair:
    """An access key and its secret for the Kling dialect; the secret is shown once."""

    access_key: str
    secret: str


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made or rotated. `secret` is shown once and kept nowhere."""

    key: ApiKey
    secret: str
    kling: KlingPair | None = None


def hash_secret(secret: str) -> bytes:
    """SHA-256 of the secret: enough for 256 random bits, and quick on every request."""
    return hashlib.sha256(secret.encode()).digest()


@transaction.atomic(durable=True)
def create_api_key(
    *,
    user: User,
    name: str,
    scopes: Iterable[str] = DEFAULT,
    networks: Iterable[str] = (),
    daily_cap_cp: int | None = None,
    monthly_cap_cp: int | None = None,
    expires_at: datetime | None = None,
    kling: bool = False,
    acting: ApiKey | None = None,
    now: datetime,
) -> NewKey:
    """Make a key for `user`, with hard caps in hundredths of a point where given.

    `kling` adds an access key with its secret; `acting` is the key that asks, which gives no more
    than it has. Raises InvalidRequest for terms that are none, KeyTooWeak.
    """
    if ApiKey.objects.filter(user=user, revoked_at=None).count() >= LIVE_KEYS_MAX:
        raise InvalidRequest(
            _("You have 100 keys. Revoke one first."), fields={"name": "too many keys"}
        )
    secret = _new_secret()
    key = ApiKey(
        user=user,
        prefix=secret[:_VISIBLE],
        secret_hash=hash_secret(secret),
        created_at=now,
        **checked(
            {
                "name": name,
                "scopes": scopes,
                "networks": networks,
                "daily_cap_cp": daily_cap_cp,
                "monthly_cap_cp": monthly_cap_cp,
                "expires_at": expires_at,
            },
            now=now,
        ),
    )
    _refuse_stronger(key, than=acting)
    pair = _give_pair(key) if kling else None
    key.save(force_insert=True)
    return NewKey(key, secret, pair)


@transaction.atomic(durable=True)
def change_api_key(
    *,
    user: User,
    key_id: UUID,
    changes: Mapping[str, object],
    acting: ApiKey | None = None,
    now: datetime,
) -> ApiKey:
    """Change the name or the terms of a live key; what is not named stays.

    Raises NotFound, InvalidRequest, KeyTooWeak.
    """
    key = _live_key(user, key_id, now)
    _refuse_stronger(key, than=acting)
    for field, value in checked(changes, now=now).items():
        setattr(key, field, value)
    checked({"scopes": key.scopes, "daily_cap_cp": key.daily_cap_cp,
             "monthly_cap_cp": key.monthly_cap_cp}, now=now)  # fmt: skip
    _refuse_stronger(key, than=acting)
    key.save(
        update_fields=[
            "name", "scopes", "networks", "daily_cap_cp", "monthly_cap_cp", "expires_at",
        ]
    )  # fmt: skip
    return key


@transaction.atomic(durable=True)
def rotate_api_key(
    *, user: User, key_id: UUID, overlap_hours: int, acting: ApiKey | None = None, now: datetime
) -> NewKey:
    """Give a live key a new secret; the old one works `overlap_hours` more, 0 to 168.

    A pair for Kling is renewed with it, at once: its secret signs, and two cannot be told apart.
    Caps and what is spent under them stay, for the key stays the same. Raises NotFound,
    InvalidRequest, KeyTooWeak.
    """
    if not 0 <= overlap_hours <= OVERLAP_HOURS_MAX:
        raise InvalidRequest(
            _("The old secret can live 0 to 168 hours more."), fields={"overlap_hours": "0 to 168"}
        )
    key = _live_key(user, key_id, now)
    _refuse_stronger(key, than=acting)
    secret = _new_secret()
    if overlap_hours:
        key.previous_prefix, key.previous_secret_hash = key.prefix, key.secret_hash
        key.previous_until = now + timedelta(hours=overlap_hours)
    else:
        key.previous_prefix, key.previous_secret_hash, key.previous_until = "", None, None
    key.prefix, key.secret_hash = secret[:_VISIBLE], hash_secret(secret)
    pair = _give_pair(key) if key.access_key else None
    key.save()
    return NewKey(key, secret, pair)


@transaction.atomic(durable=True)
def revoke_api_key(*, user: User, key_id: UUID, now: datetime, reason: str = "") -> None:
    """Stop a key and every secret of it at once.

    Raises NotFound when it is not this user's; revoking twice is nothing.
    """
    keys = ApiKey.objects.filter(user=user, id=key_id)
    stopped = keys.filter(revoked_at=None).update(revoked_at=now, revoke_reason=reason[:200])
    if not stopped and not keys.exists():
        raise NotFound("No such API key.")


def revoke_by_staff(*, key_id: UUID, reason: str, now: datetime) -> None:
    """Stop anybody's key, with a reason. Raises InvalidRequest without one, NotFound."""
    if not reason.strip():
        raise InvalidRequest(_("Give a reason."), fields={"reason": "missing"})
    key = ApiKey.objects.select_related("user").filter(id=key_id).first()
    if key is None:
        raise NotFound("No such API key.")
    revoke_api_key(user=key.user, key_id=key_id, now=now, reason=reason.strip())


def _new_secret() -> str:
    return f"ink_{secrets.token_urlsafe(32)}"


def _give_pair(key: ApiKey) -> KlingPair:
    pair = KlingPair(f"AK{secrets.token_hex(15)}", secrets.token_urlsafe(32))
    key.access_key, key.sealed_secret = pair.access_key, seal(pair.secret)
    return pair


def _live_key(user: User, key_id: UUID, now: datetime) -> ApiKey:
    key = ApiKey.objects.select_for_update().filter(user=user, id=key_id, revoked_at=None).first()
    if key is None or (key.expires_at is not None and key.expires_at <= now):
        raise NotFound(_("No such API key, or it has ended."))
    return key


def _refuse_stronger(key: ApiKey, *, than: ApiKey | None) -> None:
    if than is not None and not within(key, than):
        raise KeyTooWeak(_("This key may only manage keys that may do no more than it may itself."))

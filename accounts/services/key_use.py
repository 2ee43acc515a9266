"""Using a key: by its secret, or by a token that its Kling pair signed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

import jwt
from django.db.models import Q, QuerySet

from accounts import addresses
from accounts.errors import AddressNotAllowed, ScopeMissing
from accounts.models import ApiKey
from accounts.services.api_keys import hash_secret
from accounts.services.sealing import unseal

_USE_RESOLUTION = timedelta(minutes=1)
# Clients write `nbf` five seconds back; clocks differ by that much.
_LEEWAY_SECONDS = 30
TOKEN_SECONDS_MAX = 3600
_TOKEN_LENGTH_MAX = 2048

TokenFault = Literal["malformed", "unknown", "signature", "expired", "early", "too_long"]


class TokenRefused(Exception):
    """A signed token opens nothing; `fault` says why."""

    def __init__(self, fault: TokenFault) -> None:
        super().__init__(fault)
        self.fault: TokenFault = fault


def find_api_key(*, secret: str, address: str = "", now: datetime) -> ApiKey | None:
    """The live key with this secret, its user loaded; notes the use once a minute.

    Raises AddressNotAllowed when the key has a list of networks and `address` is in none.
    """
    hashed = hash_secret(secret)
    key = _live(now).filter(secret_hash=hashed).first()
    if key is None:  # rare, so a question of its own: the common case stays one look-up
        key = _live(now).filter(previous_secret_hash=hashed, previous_until__gt=now).first()
    return key and _used(key, address, now)


def find_by_token(*, token: str, address: str = "", now: datetime) -> ApiKey:
    """The live key whose pair signed a JWT. Raises TokenRefused, AddressNotAllowed.

    HS256 and nothing else; `iss` is the access key; `exp` is required and an hour away at most.
    """
    if len(token) > _TOKEN_LENGTH_MAX:
        raise TokenRefused("malformed")
    claimed = _decoded(token, secret=None)
    issuer = claimed.get("iss")
    key = None
    if isinstance(issuer, str) and issuer.isprintable():
        key = _live(now).filter(access_key=issuer).first()
    if key is None or key.sealed_secret is None:
        raise TokenRefused("unknown")
    claims = _decoded(token, secret=unseal(bytes(key.sealed_secret)))
    _check_times(claims, int(now.timestamp()))
    return _used(key, address, now)


def require_scope(key: ApiKey, scope: str) -> None:
    """Raises ScopeMissing, which names the scope, unless the key has it."""
    if scope not in key.scopes:
        raise ScopeMissing(
            f"This key may not do that: it lacks the scope {scope}.", facts={"scope": scope}
        )


def _live(now: datetime) -> QuerySet[ApiKey]:
    return ApiKey.objects.select_related("user").filter(
        Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None, user__is_active=True
    )


def _used(key: ApiKey, address: str, now: datetime) -> ApiKey:
    if key.networks and not addresses.in_one_of(address, key.networks):
        raise AddressNotAllowed(
            "This key may not be used from your address.", facts={"address": address or None}
        )
    stale = key.last_used_at is None or now - key.last_used_at > _USE_RESOLUTION
    if stale or (address and address != key.last_used_address):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now, last_used_address=address or None)
    return key


def _decoded(token: str, *, secret: str | None) -> dict[str, Any]:
    """The claims; signature checked only with a secret. Times are checked by `now`, not here."""
    options = {
        "verify_signature": secret is not None,
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
        "verify_aud": False,
    }
    try:
        if jwt.get_unverified_header(token).get("alg") != "HS256":
            raise TokenRefused("malformed")
        claims = jwt.decode(token, secret or "", algorithms=["HS256"], options=options)  # type: ignore[arg-type]
    except jwt.InvalidSignatureError:
        raise TokenRefused("signature") from None
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenRefused("malformed") from None
    return dict(claims)


def _check_times(claims: dict[str, Any], at: int) -> None:
    ends: Any = claims.get("exp")
    starts: Any = claims.get("nbf", 0)
    if not (_is_moment(ends) and _is_moment(starts)):
        raise TokenRefused("malformed")
    if ends <= at - _LEEWAY_SECONDS:
        raise TokenRefused("expired")
    if starts > at + _LEEWAY_SECONDS:
        raise TokenRefused("early")
    if ends > at + TOKEN_SECONDS_MAX + _LEEWAY_SECONDS:
        raise TokenRefused("too_long")


def _is_moment(value: Any) -> bool:
    # JSON knows one kind of number; a truth value is none, and neither is NaN.
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and value == value
        and abs(value) < 1e12
    )

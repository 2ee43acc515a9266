"""What may be written into a key, and when one key may do no more than another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from django.utils.translation import gettext as _

from accounts import addresses, scopes
from accounts.errors import InvalidRequest
from accounts.models import ApiKey

NETWORKS_MAX = 50
_CAP_MAX_CP = 10**15


def checked(terms: Mapping[str, object], *, now: datetime) -> dict[str, Any]:
    """The terms as they are kept. Raises InvalidRequest, which names the field at fault."""
    kept: dict[str, Any] = {field: _READ[field](value, now) for field, value in terms.items()}
    capped = kept.get("daily_cap_cp") or kept.get("monthly_cap_cp")
    if capped and scopes.KEYS in kept.get("scopes", ()):
        # Each key it made would have a cap of its own, and the sum none.
        raise InvalidRequest(
            _("A key with a cap cannot manage keys."), fields={"scopes": "not with a cap"}
        )
    return kept


def within(key: ApiKey, limits: ApiKey) -> bool:
    """Whether `key` may do no more than `limits` may: what it may do, from where, until when."""
    lasts = limits.expires_at is None or (
        key.expires_at is not None and key.expires_at <= limits.expires_at
    )
    return (
        lasts
        and set(key.scopes) <= set(limits.scopes)
        and addresses.covered(key.networks, limits.networks)
    )


def _name(value: object, now: datetime) -> str:
    name = str(value).strip()
    if not (1 <= len(name) <= 80 and name.isprintable()):
        raise InvalidRequest(_("A key needs a name."), fields={"name": "1 to 80 characters"})
    return name


def _scopes(value: object, now: datetime) -> list[str]:
    try:
        chosen = scopes.in_order(cast("Iterable[str]", value))
    except ValueError as error:
        raise InvalidRequest(_("There is no such scope."), fields={"scopes": str(error)}) from None
    if not chosen:
        raise InvalidRequest(_("Choose what the key may do."), fields={"scopes": "at least one"})
    return chosen


def _networks(value: object, now: datetime) -> list[str]:
    kept: list[str] = []
    for text in cast("Iterable[str]", value):
        try:
            kept.append(addresses.network(text))
        except ValueError:
            raise InvalidRequest(
                _("“%(text)s” is no address and no network.") % {"text": text[:60]},
                fields={"networks": "addresses or networks such as 203.0.113.0/24"},
            ) from None
    if len(kept) > NETWORKS_MAX:
        raise InvalidRequest(_("At most 50 networks."), fields={"networks": "at most 50"})
    return sorted(set(kept))


def _cap(field: str, value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or not 0 < value <= _CAP_MAX_CP:
        raise InvalidRequest(_("A cap is more than zero."), fields={field: "must be positive"})
    return value


def _expiry(value: object, now: datetime) -> datetime | None:
    if value is not None and cast(datetime, value) <= now:
        raise InvalidRequest(
            _("A key ends in the future."), fields={"expires_at": "must be in the future"}
        )
    return cast("datetime | None", value)


_READ = {
    "name": _name,
    "scopes": _scopes,
    "networks": _networks,
    "daily_cap_cp": lambda value, now: _cap("daily_cap", value),
    "monthly_cap_cp": lambda value, now: _cap("monthly_cap", value),
    "expires_at": _expiry,
}

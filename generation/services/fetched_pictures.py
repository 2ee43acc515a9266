"""Pictures that lie at an address somebody names: fetched by the rules of webhooks.

Only an address that is public is read, once it was looked up; redirects are not followed. What lies
there is what it was said to be only once it is cleaned like any picture that is sent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.webhooks.receivers import FETCHED_URL_MAX, read_url
from accounts.webhooks.sending import SECONDS_MAX, get
from generation.errors import QuotaExceeded
from generation.services.uploads import BYTES_MAX

MINUTE_MAX = 30
# A server that drips holds a thread of ours for `SECONDS_MAX`: most of them stay for other work.
USER_AT_ONCE, ALL_AT_ONCE = 2, 6
# Longer than a look-up and an exchange take: a place whose fetch died is free then.
_PLACE_SECONDS = int(SECONDS_MAX) * 3
_WHY = {
    "address": "leads to an address that is not public",
    "name": "names a server that is not known",
    "connection": "names a server that does not take the connection",
    "tls": "names a server without a valid certificate",
    "timeout": "names a server that was too slow",
    "protocol": "names a server that does not speak HTTP",
}


def check_address(url: str, *, field: str) -> None:
    """Raises InvalidRequest, naming `field`, for an address that is never read."""
    try:
        read_url(url, private=settings.WEBHOOK_PRIVATE_RECEIVERS, length_max=FETCHED_URL_MAX)
    except ValueError as fault:
        raise _not_fetched(field, str(fault)) from None


def fetch_picture(*, user_id: UUID, url: str, field: str) -> bytes:
    """What lies at a public address: at most one byte more than a picture may have.

    Takes as long as `webhooks.sending` allows, so no transaction may be open. Raises
    InvalidRequest, naming `field`, and QuotaExceeded.
    """
    check_address(url, field=field)
    _count(user_id)
    places = (f"{user_id}", USER_AT_ONCE), ("all", ALL_AT_ONCE)
    with contextlib.ExitStack() as held:
        for name, most in places:
            held.enter_context(_place(name, most))
        found = get(url, bytes_max=BYTES_MAX + 1, private=settings.WEBHOOK_PRIVATE_RECEIVERS)
    if found.status is None:
        raise _not_fetched(field, _WHY[found.error])
    if 300 <= found.status < 400:
        raise _not_fetched(field, "leads elsewhere: redirects are not followed")
    if found.status != 200:
        raise _not_fetched(field, f"was answered with {found.status}")
    return found.data


def _not_fetched(field: str, why: str) -> InvalidRequest:
    return InvalidRequest(_("The picture could not be fetched."), fields={field: why})


def _count(user_id: UUID) -> None:
    """So many addresses a minute, whatever lies there."""
    key = f"fetched-pictures:{user_id}"
    cache.add(key, 0, timeout=60)
    with contextlib.suppress(ValueError):  # its minute ended just now
        if cache.incr(key) > MINUTE_MAX:
            raise _too_many("fetches_minute", MINUTE_MAX)


@contextlib.contextmanager
def _place(name: str, most: int) -> Iterator[None]:
    """One of so many places to fetch from at the same time."""
    keys = (f"fetching-pictures:{name}:{number}" for number in range(most))
    taken = next((key for key in keys if cache.add(key, 1, timeout=_PLACE_SECONDS)), None)
    if taken is None:
        raise _too_many("fetches_at_once", most)
    try:
        yield
    finally:
        cache.delete(taken)


def _too_many(quota: str, limit: int) -> QuotaExceeded:
    return QuotaExceeded(
        _("Too many pictures are fetched from addresses: try again in a moment."),
        facts={"quota": quota, "limit": limit},
    )

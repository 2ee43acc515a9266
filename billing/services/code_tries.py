"""Guessing at codes is counted by person and by address, and refused above a limit.

Every try is counted before its code is looked up, in a database transaction of its own, so that
tries at the same moment cannot pass the limit together; a right code takes its try back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.addresses import names_nobody, subnet
from accounts.hashes import keyed_hash
from accounts.models import User
from billing import launch
from billing.errors import TooManyCodes
from billing.models import CodeTries

_HOUR = timedelta(hours=1)
KEPT = timedelta(days=2)
# One statement counts and compares: no row comes back from the try that would be one too many.
_COUNT = """
insert into billing_codetries (scope, hour_at, tries) values (%s, %s, 1)
on conflict (scope, hour_at) do update set tries = billing_codetries.tries + 1
 where billing_codetries.tries < %s
returning tries
"""


@transaction.atomic(durable=True)
def count_try(*, user: User, address: str | None, now: datetime) -> None:
    """Count a try of this hour. Raises TooManyCodes; the try is not counted then."""
    hour = _hour(now)
    limits = {_by_user(user): launch.CODE_TRIES_USER}
    limits |= dict.fromkeys(_by_address(address), launch.CODE_TRIES_ADDRESS)
    with connection.cursor() as cursor:
        for scope, most in limits.items():
            cursor.execute(_COUNT, [scope, hour, most])
            if cursor.fetchone() is None:
                again_at = (hour + _HOUR).isoformat().replace("+00:00", "Z")
                raise TooManyCodes(
                    _("Too many codes were wrong. Try again in an hour."),
                    facts={"again_at": again_at},
                )


def take_back(*, user: User, address: str | None, now: datetime) -> None:
    """The code of this try was right. A step."""
    for scope in (_by_user(user), *_by_address(address)):
        tried = CodeTries.objects.filter(scope=scope, hour_at=_hour(now), tries__gt=0)
        tried.update(tries=F("tries") - 1)


@transaction.atomic(durable=True)
def forget_tries(*, now: datetime) -> int:
    """Delete the counts that nobody compares any more; how many."""
    return CodeTries.objects.filter(hour_at__lt=now - KEPT).delete()[0]


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _by_user(user: User) -> str:
    return f"user:{user.pk}"


def _by_address(address: str | None) -> list[str]:
    """One IPv4 address, or the /64 that a household or a server has of IPv6; never in the clear.

    An address that everybody here could have counts for nobody.
    """
    if not address or names_nobody(address):
        return []
    counted = subnet(address) if ip_address(address).version == 6 else address
    return ["net:" + keyed_hash("address", counted).hex()]

"""What a sign-up must pass, and what is written down about it. A step of the sign-up."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from accounts.errors import SignUpLimit
from accounts.hashes import mailbox_hash, visit_hashes
from accounts.mailboxes import host_of, is_established, registered_domain
from accounts.models import SignUp, User
from accounts.visits import Visit

# A fresh mailbox at an established provider goes on up to so many times the cap: an office or a
# campus shares one address, and mailboxes there cost a farm more than the points are worth.
VOUCHED_TIMES = 4

_KNOWN = """
select exists (select from accounts_signup where mailbox_hash = %(mailbox)s)
  or exists (select from accounts_mailbox where hash = %(mailbox)s)
"""
# Of one address and of its network: everybody, then whom nobody vouches for.
_TODAY = """
select count(*) filter (where address_hash = %(address_hash)s),
  count(*),
  count(*) filter (where address_hash = %(address_hash)s and not vouched),
  count(*) filter (where not vouched)
from accounts_signup where day = %(day)s and subnet_hash = %(subnet_hash)s
"""


def note_sign_up(*, user: User, visit: Visit, day: date, now: datetime) -> SignUp:
    """Write a sign-up down. Raises SignUpLimit when the day's caps for its address are reached.

    `day` is the server day. A step: it goes with the transaction that makes the user.
    """
    hashes = visit_hashes(visit)
    mailbox = mailbox_hash(user.email)
    host = host_of(user.email)
    vouched = is_established(host) and not _known(mailbox)
    over = False
    if hashes["subnet_hash"] is not None:
        _one_at_a_time(hashes["subnet_hash"])
        over = _over_cap(hashes, day, vouched=vouched)
    return SignUp.objects.create(
        user_id=user.pk,
        at=now,
        day=day,
        host=host[:255],
        domain=registered_domain(host)[:255],
        mailbox_hash=mailbox,
        vouched=vouched,
        over_cap=over,
        **hashes,
    )


def _known(mailbox: bytes) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"mailbox": mailbox})
        return bool(cursor.fetchone()[0])


def _over_cap(hashes: dict[str, bytes | None], day: date, *, vouched: bool) -> bool:
    """Whether the first cap is reached. Raises SignUpLimit at the cap that holds for this one."""
    with connection.cursor() as cursor:
        cursor.execute(_TODAY, {**hashes, "day": day})
        counted = cursor.fetchone()
    caps = (settings.SIGN_UPS_PER_ADDRESS, settings.SIGN_UPS_PER_NETWORK)
    over = False
    for cap, everybody, unvouched in zip(caps, counted[:2], counted[2:], strict=True):
        # Others are counted among themselves: whom we vouch for takes nobody's place.
        full = everybody >= cap * VOUCHED_TIMES if vouched else unvouched >= cap
        if full:
            raise SignUpLimit(
                _("Too many have signed up from your network today. Please come back tomorrow.")
            )
        over = over or everybody >= cap
    return over


def _one_at_a_time(subnet: bytes) -> None:
    """Two sign-ups of one network are counted one after the other, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(%s)", [int.from_bytes(subnet[:8], "big", signed=True)]
        )

"""Invitation links, and binding who signs up to whoever invited."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import EmailUnverified
from accounts.models import User
from accounts.selectors.users import has_verified_email
from billing import launch
from billing.models import Referral, ReferralLink
from billing.redeem_codes import ALPHABET

_LENGTH = 10


def link_of(*, user: User, now: datetime) -> ReferralLink:
    """The user's link, made on first need. Raises EmailUnverified."""
    known = ReferralLink.objects.filter(user=user).first()
    if known is not None:
        return known
    if not has_verified_email(user):
        raise EmailUnverified(_("Confirm your e-mail address first, then invite."))
    return _made(user, now)


def inviter_of(code: str) -> User | None:
    """Who invites with this code; None for a code nobody has, or whose owner may not invite."""
    known = code.strip().upper()
    if not (known.isascii() and known.isalnum()):
        return None
    link = ReferralLink.objects.select_related("user").filter(code=known).first()
    if link is None or link.user.banned_at is not None or link.user.closed_at is not None:
        return None
    return link.user


def bind_friend(*, user: User, code: str, now: datetime) -> Referral | None:
    """Note that `user`, who was made just now, came by a link. A step of the sign-up.

    Only a sign-up binds, and once. A code that means nothing any more changes nothing: nobody is
    kept out over it.
    """
    referrer = inviter_of(code) if code else None
    if referrer is None or referrer.pk == user.pk:
        return None
    offer = launch.REFERRALS
    return Referral.objects.create(
        referrer=referrer,
        friend=user,
        referrer_cp=offer.referrer_cp,
        friend_cp=offer.friend_cp,
        lot_days=offer.lot_days,
        delay_days=offer.delay.days,
        bound_at=now,
    )


@transaction.atomic(durable=True)
def _made(user: User, now: datetime) -> ReferralLink:
    # 50 random bits: a code that somebody has already is refused by its constraint, never given.
    code = "".join(secrets.choice(ALPHABET) for _place in range(_LENGTH))
    link, _new = ReferralLink.objects.get_or_create(
        user=user, defaults={"code": code, "created_at": now}
    )
    return link

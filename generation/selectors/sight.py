"""Who sees which jobs."""

from __future__ import annotations

from django.db.models import Q

from accounts.models import User
from billing.selectors.wallets import wallets_paying


def seen_by(user: User, *, job: str = "") -> Q:
    """The condition on jobs, or on what names its job in the field `job`.

    Everything the user's own wallet paid for, by whomever of the team; of other teams what the
    user made there, for as long as they have a seat.
    """
    own, teams = wallets_paying(user)
    prefix = f"{job}__" if job else ""
    seen = Q(wallet_id=own)
    if teams:
        seen |= Q(wallet_id__in=teams, **{f"{prefix}user": user})
    return seen

"""Where a user stands with moderation, and what was decided about their inputs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import User
from generation.models import Strike, Verdict
from generation.moderation import strikes
from generation.moderation.strikes import Standing


def standing_of(user: User, *, now: datetime) -> Standing:
    """The level of a user, from the strikes that were not taken back."""
    rows = Strike.objects.filter(user=user, removed_at=None).values_list("weight", "given_at")
    return strikes.standing((strikes.Strike(weight, at) for weight, at in rows), now)


def verdicts_of(user: User) -> QuerySet[Verdict]:
    """What was refused to a user or waits for a person, newest first."""
    return (
        Verdict.objects.filter(user=user)
        .exclude(action="log")
        .select_related("strike")
        .prefetch_related("appeals", "decisions")
        .order_by("-created_at", "-id")
    )


def verdict_for(*, user: User, verdict_id: UUID) -> Verdict:
    """One of the user's. Raises NotFound, also for another's."""
    verdict = verdicts_of(user).filter(id=verdict_id).first()
    if verdict is None:
        raise NotFound(_("No such decision."))
    return verdict

"""Places in the waiting list, and whom a rule takes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db.models import F, Sum

from accounts.errors import NotFound
from accounts.models import Application, Invitation, WaitingBlock
from accounts.waiting import Rule

BLOCK = 1000
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Preview:
    """What a batch would do: how many it would take, and who is first."""

    count: int
    first: list[Application]


def application_of(token: UUID) -> Application:
    """The application whose page has this token. Raises NotFound."""
    found = Application.objects.filter(token=token).first()
    if found is None:
        raise NotFound("No such page.")
    return found


def position(application: Application) -> int | None:
    """The place in line, from 1; None for who does not wait.

    Whole thousands before it are read from `WaitingBlock`, the rest from an index: never more than
    a thousand rows and a thousand counters for a million people.
    """
    if application.state != "confirmed" or application.place is None:
        return None
    block = application.place // BLOCK
    before = WaitingBlock.objects.filter(block__lt=block).aggregate(sum=Sum("waiting"))["sum"] or 0
    inside = Application.objects.filter(
        state="confirmed", place__gte=block * BLOCK, place__lte=application.place
    )
    return int(before) + inside.count()


def waiting() -> int:
    """How many wait."""
    return int(WaitingBlock.objects.aggregate(sum=Sum("waiting"))["sum"] or 0)


def invitation_of(token: str, *, now: datetime) -> Invitation | None:
    """The invitation with this code that still lets somebody in."""
    return (
        Invitation.objects.select_related("application")
        .filter(token=token, used__lt=F("seats"), expires_at__gt=now)
        .first()
    )


def live_invitation(application: Application, *, now: datetime) -> Invitation | None:
    """The invitation that somebody from the list has and has not used."""
    return application.invitations.filter(used__lt=F("seats"), expires_at__gt=now).first()


def chosen(rule: Rule, *, lock: bool = False) -> list[int]:
    """The ids a rule takes, in order. `lock` keeps the rows until the transaction ends."""
    people = Application.objects.filter(state="confirmed")
    if rule.use:
        people = people.filter(use=rule.use)
    if rule.language:
        people = people.filter(language=rule.language)
    if lock:
        people = people.select_for_update()
    if rule.order == "oldest":
        return list(people.order_by("place").values_list("pk", flat=True)[: rule.count])
    # Everybody has a random number; a draw goes round from the seed's own one.
    begin = int.from_bytes(hashlib.sha256(rule.seed.encode()).digest()[:8], "big") >> 2
    later = people.filter(draw__gte=begin).order_by("draw").values_list("pk", flat=True)
    drawn = list(later[: rule.count])
    earlier = people.filter(draw__lt=begin).order_by("draw").values_list("pk", flat=True)
    return drawn + list(earlier[: rule.count - len(drawn)])


def preview(rule: Rule) -> Preview:
    """A dry run: nothing is written."""
    ids = chosen(rule)
    rows = Application.objects.in_bulk(ids[:_SHOWN])
    return Preview(len(ids), [rows[pk] for pk in islice(ids, _SHOWN) if pk in rows])

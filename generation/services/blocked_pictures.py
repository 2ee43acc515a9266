"""The list of forbidden pictures: imported, searched, shortened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from generation.models import BlockedPicture
from generation.moderation.hashes import HashList, ListedHash, Match, Pixels, read_hashes
from generation.moderation.lists import Fault
from generation.moderation.types import Finding

_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class HashPreview:
    """What an import would do, or what is wrong with its file."""

    hashes: tuple[ListedHash, ...]
    faults: tuple[Fault, ...]
    added: tuple[str, ...]
    known: tuple[str, ...]


def preview_hashes(data: bytes) -> HashPreview:
    """Read a CSV file and compare it with the list. Writes nothing."""
    listed, faults = read_hashes(data)
    known = _known([one.pdq for one in listed])
    return HashPreview(
        hashes=tuple(listed),
        faults=tuple(faults),
        added=tuple(one.pdq for one in listed if one.pdq not in known),
        known=tuple(one.pdq for one in listed if one.pdq in known),
    )


@transaction.atomic(durable=True)
def import_hashes(*, data: bytes, note: str = "", by: User | None, now: datetime) -> int:
    """Add a file's hashes to the list, in force at once; how many were new. Raises InvalidRequest,
    naming every line, and then nothing is added."""
    listed, faults = read_hashes(data)
    if faults:
        raise InvalidRequest(
            "\n".join(str(fault) for fault in faults), fields={"file": str(faults[0])}
        )
    known = _known([one.pdq for one in listed])
    rows = [
        BlockedPicture(
            pdq=one.pdq,
            category=one.category,
            note=one.note or note[:200],
            listed_by=by,
            listed_at=now,
        )
        for one in listed
        if one.pdq not in known
    ]
    BlockedPicture.objects.bulk_create(rows, batch_size=_AT_ONCE, ignore_conflicts=True)
    return len(rows)


@transaction.atomic(durable=True)
def take_off(*, picture_id: int, by: User | None, now: datetime) -> None:
    """Forbid a picture no more. Raises NotFound; a second time changes nothing."""
    rows = BlockedPicture.objects.filter(pk=picture_id)
    taken = rows.filter(removed_at=None).update(removed_at=now, removed_by=by)
    if not taken and not rows.exists():
        raise NotFound(_("No such picture."))


def find(frames: Mapping[str, Pixels]) -> list[Finding]:
    """The frames that are copies of forbidden pictures, each by its name."""
    standing = BlockedPicture.objects.filter(removed_at=None)
    figures = standing.aggregate(newest=Max("id"), count=Count("id"))
    if not figures["count"]:
        return []
    # Rows are added and taken off, never changed: the two figures name the list.
    listed = _listed(figures["newest"], figures["count"])
    nearest = {field: listed.nearest(pixels) for field, pixels in frames.items()}
    return [_found(field, listed, match) for field, match in nearest.items() if match is not None]


def _found(field: str, listed: HashList, match: Match) -> Finding:
    row = BlockedPicture.objects.get(pk=listed.keys[match.index])
    return Finding(
        field=field,
        rule_id=f"picture:{row.pk}",
        category=row.category,  # type: ignore[arg-type]  # read from a checked file
        action="block",
        source="pictures",
        detail=f"{match.distance} of 256 bits differ",
    )


@lru_cache(maxsize=2)
def _listed(newest: int, count: int) -> HashList:
    rows = BlockedPicture.objects.filter(removed_at=None, pk__lte=newest).order_by("pk")
    pairs = list(rows.values_list("pdq", "pk"))
    return HashList([pdq for pdq, _pk in pairs], [pk for _pdq, pk in pairs])


def _known(hashes: list[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(hashes), _AT_ONCE):
        part = hashes[start : start + _AT_ONCE]
        rows = BlockedPicture.objects.filter(pdq__in=part, removed_at=None)
        known.update(rows.values_list("pdq", flat=True))
    return known

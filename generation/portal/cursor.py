"""Where a page of the gallery goes on: the time and id of its last artifact, as text."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.http import Http404

from generation.models import Artifact


def write(last: Artifact) -> str:
    """The cursor after `last`."""
    return f"{last.created_at.isoformat()}~{last.id}"


def read(text: str | None) -> tuple[datetime, UUID] | None:
    """The cursor in an address. Raises Http404 for one that `write` never made."""
    if text is None:
        return None
    at, _tilde, artifact_id = text.partition("~")
    try:
        # A + of the offset arrives as a space when the address was typed unescaped.
        moment = datetime.fromisoformat(at.replace(" ", "+"))
        known = UUID(artifact_id)
        if moment.tzinfo is None:
            raise Http404
        return moment.astimezone(UTC), known
    except (ValueError, OverflowError):
        raise Http404 from None

"""The price before the click, as a form shows it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import User
from generation.services.quotes import preview_price


def look_at(
    user: User, kind: str, params: Mapping[str, object], *, team_id: UUID | None = None
) -> dict[str, object]:
    """`preview`, or None and why there is none in `closed`."""
    try:
        preview = preview_price(
            user=user, kind=kind, params=params, team_id=team_id, now=timezone.now()
        )
    except Refusal as refusal:
        return {"preview": None, "closed": refusal}
    return {"preview": preview, "closed": None}

"""Closing and reopening an account, barring and unbarring a user. Steps of billing's use cases."""

from __future__ import annotations

from datetime import datetime

from accounts.models import ApiKey, Ban, User


def close(*, user: User, now: datetime) -> None:
    """Nobody signs in as this user any more: sessions end with their next request, keys now."""
    User.objects.filter(pk=user.pk).update(closed_at=now, is_active=False)
    ApiKey.objects.filter(user=user, revoked_at=None).update(revoked_at=now)


def reopen(*, user: User) -> bool:
    """Let a closed account be used again; its keys stay revoked. Whether it was closed.

    One whose personal data was erased stays closed.
    """
    closed = User.objects.filter(pk=user.pk, closed_at__isnull=False, erasure=None)
    return bool(closed.update(closed_at=None, is_active=True))


def bar(*, user: User, reason: str, note: str, staff: User, now: datetime) -> Ban | None:
    """Bar a user with a reason; None when a ban holds already."""
    if not User.objects.filter(pk=user.pk, banned_at=None).update(banned_at=now):
        return None
    return Ban.objects.create(user=user, reason=reason, note=note, banned_by=staff, banned_at=now)


def unbar(*, user: User, note: str, staff: User, now: datetime) -> Ban | None:
    """Lift the ban that holds; None when none does."""
    ban = Ban.objects.select_for_update().filter(user=user, lifted_at=None).first()
    if ban is None:
        return None
    User.objects.filter(pk=user.pk).update(banned_at=None)
    ban.lift_note, ban.lifted_by, ban.lifted_at = note, staff, now
    ban.save(update_fields=["lift_note", "lifted_by", "lifted_at"])
    return ban

"""What a person decides about a user under review. Steps and one use case of the desk."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.hashes import mailbox_hash
from accounts.models import Mailbox, Review, User
from accounts.services.checks import note_passed


@transaction.atomic(durable=True)
def clear(*, review_id: int, note: str, staff: User, now: datetime) -> None:
    """Nothing is wrong: the user passes every step for half a year, and has their mailbox.

    Raises InvalidRequest without a note, or for a review that is closed.
    """
    review = close_review(review_id=review_id, outcome="cleared", note=note, staff=staff, now=now)
    note_passed(user=review.user, step="card", now=now)
    Mailbox.objects.filter(hash=mailbox_hash(review.user.email)).update(user_id=review.user_id)


@transaction.atomic(durable=True)
def add_note(*, review_id: int, note: str, staff: User, now: datetime) -> None:
    """Write something down for the next one who looks. Raises InvalidRequest."""
    review = _open(review_id)
    review.note = _with(review, note, staff, now)
    review.save(update_fields=["note"])


def close_review(*, review_id: int, outcome: str, note: str, staff: User, now: datetime) -> Review:
    """Close an open review. A step. Raises InvalidRequest."""
    review = _open(review_id)
    review.note, review.outcome = _with(review, note, staff, now), outcome
    review.closed_by, review.closed_at = staff, now
    review.save(update_fields=["note", "outcome", "closed_by", "closed_at"])
    return review


def _open(review_id: int) -> Review:
    review = Review.objects.select_for_update(of=["self"]).filter(pk=review_id).first()
    if review is None or review.closed_at is not None:
        raise InvalidRequest(_("This review is closed."), fields={"review": "closed"})
    return review


def _with(review: Review, note: str, staff: User, now: datetime) -> str:
    if not note.strip():
        raise InvalidRequest(_("Say why in the note."), fields={"note": "missing"})
    line = f"{now:%Y-%m-%d %H:%M} {staff.email}: {note.strip()}"
    return "\n".join(filter(None, [review.note, line]))

"""Opening and shutting the door. Every decision is a row that stays."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.models import RegistrationChange
from accounts.registration import STATES, door
from accounts.selectors.registration import last_decision


@transaction.atomic(durable=True)
def change_registration(
    *, state: str, at: datetime | None, actor: str, reason: str, now: datetime
) -> RegistrationChange:
    """Let `state` hold from `at`, or from now; what was announced and has not begun is dropped.

    Raises InvalidRequest for an unknown state, an instant that is over, or without a reason.
    """
    if state not in STATES:
        raise InvalidRequest(
            _("Registration is closed, waitlist or open."), fields={"state": "unknown"}
        )
    if not reason.strip() or len(reason) > 200:
        raise InvalidRequest(_("Give a reason."), fields={"reason": "1 to 200 characters"})
    if at is not None and at < now:
        raise InvalidRequest(_("This instant is over."), fields={"at": "in the past"})
    # One decision at a time: each row states what held when it was made.
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('accounts.registration'))")
    held = door(last_decision(), now)
    return RegistrationChange.objects.create(
        before=held.state,
        after=state,
        decided_at=now,
        starts_at=at or now,
        actor=actor[:120],
        reason=reason.strip(),
    )

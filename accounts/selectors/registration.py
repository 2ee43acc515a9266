"""What the door says."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from accounts.models import RegistrationChange
from accounts.registration import Decision, Door, State, door


def registration(*, now: datetime) -> Door:
    """Whether people may sign up at `now`, and what is announced. One row is read."""
    return door(last_decision(), now)


def last_decision() -> Decision | None:
    """The decision that holds, None when nobody has made one."""
    row = RegistrationChange.objects.order_by("-id").first()
    if row is None:
        return None
    return Decision(cast(State, row.before), cast(State, row.after), row.starts_at)

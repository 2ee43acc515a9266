"""People on a plan who accepted the labelling agreement: whose work carries no brand mark."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from billing.services.gifts import give_membership
from generation.services.agreements import accept_labelling
from tests.jobs_by_hand import NOON


def on_gold(user: User, *, now: datetime = NOON) -> User:
    """`user`, on gold for a month, with its 660 paid points."""
    give_membership(user=user, plan="gold", period="month", reason="test", now=now)
    return user


def agrees(user: User, *, address: str | None = "192.0.2.1", now: datetime = NOON) -> User:
    """`user`, who has accepted the labelling agreement of now."""
    accept_labelling(user=user, accept=True, language="en", address=address, now=now)
    return user

"""Batches of codes, made as staff make them, and people who pay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from uuid import uuid4

import pytest
from django.db import transaction

from accounts.models import User
from billing.models import Order, Referral
from billing.services.code_batches import Made, Wanted, make_codes, propose_batch
from billing.services.referrals import bind_friend, link_of
from billing.services.wallets import wallet_for
from tests.jobs_by_hand import NOON

MakeCodes = Callable[..., Made]
Pay = Callable[..., Order]
Invite = Callable[..., Referral]
WANTED = Wanted(
    title="Summer fair",
    count=3,
    amount_cp=50_00,
    source="code",
    lot_days=30,
    starts_at=NOON,
    ends_at=NOON + timedelta(days=90),
    per_user_max=1,
    redemptions_max=3,
    reason="campaign",
    note="",
    key="form",
)


@pytest.fixture
def codes(paula: User) -> MakeCodes:
    """Makes a batch at noon: `codes(count=2)` has two codes of 50 points."""
    numbers = count()

    def make(*, now: datetime = NOON, **change: object) -> Made:
        change.setdefault("key", f"form {next(numbers)}")
        wanted = replace(WANTED, **change)  # type: ignore[arg-type]
        wanted = replace(wanted, redemptions_max=min(wanted.redemptions_max, wanted.count))
        batch = propose_batch(wanted=wanted, staff=paula, now=now)
        return make_codes(batch_id=batch.pk, staff=paula, now=now)

    return make


@pytest.fixture
def invite(db: None) -> Invite:
    """Binds somebody to whoever invited, as the sign-up does."""

    def make(referrer: User, friend: User, now: datetime = NOON) -> Referral:
        code = link_of(user=referrer, now=now).code
        with transaction.atomic():
            bound = bind_friend(user=friend, code=code, now=now)
        assert bound is not None
        return bound

    return make


@pytest.fixture
def pays(db: None) -> Pay:
    """An order of ten yuan that was paid, as it stands in our books; no till is asked."""

    def make(user: User, at: datetime = NOON, **fields: object) -> Order:
        values: dict[str, object] = {
            "user": user,
            "wallet_id": wallet_for(user=user, now=at),
            "kind": "topup",
            "family": "points",
            "state": "paid",
            "method": "auto",
            "list_minor": 10_00,
            "amount_minor": 10_00,
            "currency": "CNY",
            "points_cp": 100_00,
            "idempotency_key": f"k:{uuid4()}",
            "request_hash": b"",
            "payment_id": f"pi_{uuid4().hex}",
            "created_at": at,
            "expires_at": at,
            "paid_at": at,
        }
        return Order.objects.create(**values | fields)

    return make

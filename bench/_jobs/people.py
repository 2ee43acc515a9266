"""Who submits: users with a key and points, made by the product's own services and copied in SQL.

A user of the free plan has one slot, so there are as many users as there are submits in a round.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import ApiKey, User
from accounts.services.api_keys import hash_secret
from billing.ledger import services as ledger
from billing.models import WalletOwner
from billing.services.catalogue import load_launch_catalogue

POINTS_CP = 100_000_00


def secret_of(number: int) -> str:
    """The API key of a user."""
    return f"ink_bench-{number:08d}-" + "x" * 30


def make_people(count: int) -> None:
    """`count` users, each with a wallet, points and a key."""
    load_launch_catalogue()
    now = timezone.now()
    users = User.objects.bulk_create(
        User(email=f"bench{number}@example.com", password="!") for number in range(count)
    )
    ApiKey.objects.bulk_create(
        ApiKey(
            user=user,
            name="bench",
            prefix="ink_bench-",
            secret_hash=hash_secret(secret_of(number)),
            created_at=now,
            last_used_at=now,
        )
        for number, user in enumerate(users)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select ledger_open_wallet('point', %s) from generate_series(1, %s)", [now, count]
        )
        wallet_ids = [wallet_id for (wallet_id,) in cursor.fetchall()]
        WalletOwner.objects.bulk_create(
            WalletOwner(user=user, wallet_id=wallet_id)
            for user, wallet_id in zip(users, wallet_ids, strict=True)
        )
        ledger.grant_many(
            wallet_ids=wallet_ids,
            amount_cp=POINTS_CP,
            source="adjustment",
            paid=True,
            starts_at=now,
            expires_at=now + timedelta(days=30),
            key="bench",
            now=now,
        )
    analyze()


def forget_jobs() -> None:
    """End every job, uncharged as far as the bench goes, so that all slots are free again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "truncate generation_job, generation_attempt, generation_artifact,"
            " generation_queueturn, generation_spending cascade"
        )
        cursor.execute("update accounts_apikey set last_used_at = now()")


def queue_jobs(count: int, users: int) -> None:
    """`count` queued pictures of `users` users, as a submit leaves them; for claims only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into generation_job (id, wallet_id, user_id, kind, params, seed, pieces,"
            " request_hash, idempotency_key, state, lane, stage, step, step_of, counted, hold_id,"
            " cost_cp, price_list_version, price_line, brand_mark, created_at, deadline_at,"
            " attempts, failure_code, failure_message, engine, consent_version)"
            " select gen_random_uuid(), w.wallet_id, w.user_id, 'image', '{\"prompt\": \"a\"}', 1,"
            " 1, '\\x00', 'bench' || n, 'queued', 'standard', '', 0, 0, '[]', n, 20, 1, 'image',"
            " true, now() + n * interval '1 microsecond', now() + interval '1 day', 0, '', '',"
            " '{}', ''"
            " from generate_series(1, %s) n join (select *, row_number() over () - 1 as place"
            " from billing_walletowner) w on w.place = n %% %s",
            [count, users],
        )
        cursor.execute(
            "insert into generation_queueturn (lane, wallet_id, served_at)"
            " select lane, wallet_id, min(created_at) from generation_job group by 1, 2"
        )
    analyze()


def analyze() -> None:
    """So that the planner knows what is there."""
    with connection.cursor() as cursor:
        cursor.execute("analyze")

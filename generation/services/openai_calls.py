"""Which call a repeat repeats, where the client sends no idempotency key.

OpenAI's clients repeat a POST by themselves and say only the how-manieth time it is. A repeat is
taken for the last call of the same API key that asked for the same and has not arrived as often:
so a call and its repeats share one key and make one job, and two equal calls remain two.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.models import ApiKey
from generation.models import OpenAICall

# A client waits at most ten minutes for an answer, and two more before it asks again.
REPEATED_WITHIN = timedelta(minutes=15)


@transaction.atomic(durable=True)
def key_for(*, api_key: ApiKey, digest: bytes, repeats: int, now: datetime) -> str:
    """The idempotency key of a call that says it is the `repeats`-th repeat, 0 for none.

    Written before anything is submitted, so that a repeat finds it while the first is at work.
    """
    with connection.cursor() as cursor:
        # Repeats that come at once take different calls, one after the other.
        name = f"openai:{api_key.pk}:{digest.hex()}"
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    call = _repeated(api_key, digest, repeats, now) if repeats else None
    if call is None:
        call = OpenAICall(api_key_id=api_key.pk, digest=digest, key=f"openai:{uuid.uuid4()}")
    call.arrivals = repeats + 1
    call.last_at = now
    call.save()
    return call.key


def _repeated(api_key: ApiKey, digest: bytes, repeats: int, now: datetime) -> OpenAICall | None:
    return (
        OpenAICall.objects.filter(
            api_key_id=api_key.pk,
            digest=digest,
            arrivals__lte=repeats,
            last_at__gt=now - REPEATED_WITHIN,
        )
        .order_by("-last_at", "-id")
        .first()
    )


def forget_calls(*, now: datetime) -> int:
    """Delete what no client repeats any more; how many."""
    return OpenAICall.objects.filter(last_at__lte=now - REPEATED_WITHIN).delete()[0]

"""Idempotency keys: the first answer to a key is kept and given again.

Stripe's own page: https://docs.stripe.com/api/idempotent_requests
"""

from __future__ import annotations

import hashlib
import json

from tests.servers.stripe.errors import idempotency_mismatch
from tests.servers.stripe.world import DAY, Obj, World


def fingerprint(method: str, path: str, body: Obj) -> str:
    """What a request asks for, as one short text."""
    text = json.dumps([method, path, body], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def recall(world: World, key: str, request: str) -> Obj | None:
    """The answer kept for a key. Raises ApiError when it was used for something else."""
    kept = world.answers.get(key)
    if kept is None or kept["at"] <= world.now() - DAY:
        return None
    if kept["request"] != request:
        raise idempotency_mismatch(key)
    return kept


def keep(world: World, key: str, request: str, status: int, body: Obj) -> None:
    """Keep the answer to a key."""
    world.answers[key] = {
        "request": request, "status": status, "body": body, "at": world.now(),
    }  # fmt: skip
    world.changes += 1

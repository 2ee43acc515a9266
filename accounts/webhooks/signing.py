"""Standard Webhooks signatures: who receives a message can tell that it is ours and fresh. Pure."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

PREFIX = "whsec_"


def new_secret() -> str:
    """A secret of 256 random bits, as the libraries of receivers take it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signed_headers(
    *, message_id: str, at: datetime, body: str, secrets: Sequence[str]
) -> dict[str, str]:
    """The three headers of a message: a signature for each secret, so that old and new verify.

    A secret without the prefix signs with its own bytes. No secret, no signature.
    """
    headers = {"webhook-id": message_id, "webhook-timestamp": str(int(at.timestamp()))}
    if secrets:
        headers["webhook-signature"] = " ".join(
            _box(secret).sign(message_id, at.astimezone(UTC), body) for secret in secrets
        )
    return headers


def _box(secret: str) -> Webhook:
    return Webhook(secret if secret.startswith(PREFIX) else secret.encode())

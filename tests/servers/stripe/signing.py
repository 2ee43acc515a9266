"""The signature of a delivery: when it was sent, and the body signed with each secret in force.

Stripe's own page: https://docs.stripe.com/webhooks#verify-manually
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable


def signature_header(body: bytes, secrets: Iterable[str], timestamp: int) -> str:
    """The value of `Stripe-Signature`; while a secret is rolled there are two signatures."""
    signed = f"{timestamp}.".encode() + body
    parts = [f"t={timestamp}"]
    for secret in secrets:
        digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        parts.append(f"v1={digest}")
    return ",".join(parts)

"""Is this really from Stripe? Verified at receipt, on the raw body, with every active secret."""

from __future__ import annotations

import json
from collections.abc import Sequence

import stripe

from billing.gateway.errors import BadSignature, UnknownShape
from billing.gateway.inbound import event_of
from billing.gateway.types import InboundEvent

TOLERANCE_SECONDS = 300


def verify(raw: bytes, header: str, secrets: Sequence[str]) -> InboundEvent:
    """The event in `raw`. Raises BadSignature for a wrong signature, age or shape."""
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(
                raw.decode("utf-8"), header, secret, TOLERANCE_SECONDS
            )
        except UnicodeDecodeError:
            raise BadSignature("the body is not UTF-8") from None
        except stripe.SignatureVerificationError:
            continue
        break
    else:
        raise BadSignature("no secret fits the signature")
    try:
        body = json.loads(raw)
        if not isinstance(body, dict):
            raise BadSignature("the body is not an object")
        return event_of(body)
    except (ValueError, UnknownShape) as error:
        raise BadSignature(f"not an event: {error}") from None

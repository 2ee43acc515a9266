"""The one Stripe client of this process, and Stripe's errors in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings

from billing.gateway.errors import Declined, Missing, Rejected, Unreachable

API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 15
RETRIES = 2


def client() -> stripe.StripeClient:
    """The client for the configured key and address. Raises Unreachable without a key."""
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@lru_cache(maxsize=4)
def _client(secret_key: str, api_base: str) -> stripe.StripeClient:
    if not secret_key:
        raise Unreachable("STRIPE_SECRET_KEY is not set")
    return stripe.StripeClient(
        secret_key,
        stripe_version=API_VERSION,
        base_addresses={"api": api_base} if api_base else None,
        # A StripeClient does not retry unless told to; each retry repeats the idempotency key.
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )


@contextmanager
def in_our_words() -> Iterator[None]:
    """Turn Stripe's exceptions into ours. Raises GatewayError's kinds."""
    try:
        yield
    except stripe.CardError as error:
        code = error.error.decline_code if error.error else None
        raise Declined(str(error.user_message or error), code or error.code or "") from error
    except stripe.InvalidRequestError as error:
        if error.code == "resource_missing":
            raise Missing(str(error), error.param or "") from error
        raise Rejected(str(error), error.code or "") from error
    except (stripe.APIConnectionError, stripe.APIError, stripe.RateLimitError) as error:
        raise Unreachable(str(error)) from error
    except stripe.StripeError as error:
        raise Rejected(str(error), error.code or type(error).__name__) from error


def plain(thing: Any) -> dict[str, Any]:
    """A Stripe object as nested dicts and lists."""
    fields: dict[str, Any] = thing.to_dict(for_json=True)
    return fields


def instant(seconds: int) -> datetime:
    """Stripe's time as ours."""
    return datetime.fromtimestamp(seconds, UTC)


def instant_or_none(seconds: int | None) -> datetime | None:
    """Stripe's optional time as ours."""
    return None if seconds is None else instant(seconds)


def id_of(reference: Any) -> str:
    """The id of a field that is an id, an expanded object or null."""
    if isinstance(reference, dict):
        return str(reference.get("id") or "")
    return str(reference) if reference else ""

"""Webhook endpoints at Stripe. Each is pinned to the API version this package reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from billing.gateway.client import API_VERSION, client, in_our_words
from billing.gateway.errors import UnknownShape


@dataclass(frozen=True, slots=True)
class MadeEndpoint:
    """A new endpoint with the secret Stripe shows only now."""

    endpoint_id: str
    secret: str


def find_endpoints(url: str) -> list[str]:
    """Ids of the enabled endpoints at an address. Raises GatewayError."""
    with in_our_words():
        listed = client().v1.webhook_endpoints.list({"limit": 100}).auto_paging_iter()
        return [found.id for found in listed if found.url == url and found.status == "enabled"]


def make_endpoint(url: str, types: Sequence[str]) -> MadeEndpoint:
    """A new endpoint. Raises GatewayError."""
    with in_our_words():
        made = client().v1.webhook_endpoints.create(
            {
                "url": url,
                "enabled_events": cast(Any, list(types)),
                "api_version": cast(Any, API_VERSION),
            }
        )
    if not made.secret:
        raise UnknownShape(f"endpoint {made.id} came without a secret")
    return MadeEndpoint(made.id, made.secret)


def update_endpoint(endpoint_id: str, types: Sequence[str]) -> None:
    """Subscribe an endpoint to exactly these types. Raises GatewayError."""
    with in_our_words():
        client().v1.webhook_endpoints.update(
            endpoint_id, {"enabled_events": cast(Any, list(types))}
        )


def delete_endpoint(endpoint_id: str) -> None:
    """Send nothing there any more. Raises GatewayError."""
    with in_our_words():
        client().v1.webhook_endpoints.delete(endpoint_id)

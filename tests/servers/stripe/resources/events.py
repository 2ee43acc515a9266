"""The event list, and the endpoints that events are sent to."""

from __future__ import annotations

import fnmatch
from urllib.parse import urlsplit

import stripe

from tests.servers.stripe.errors import invalid_request
from tests.servers.stripe.events import changing
from tests.servers.stripe.listing import page
from tests.servers.stripe.routing import PAGES, PAGING, answers
from tests.servers.stripe.world import Obj, World, merged, public, take

MOST_ENDPOINTS = 16
MOST_TYPES = 20


@answers("GET", "/v1/events/{id}")
def get_event(world: World, params: Obj, id: str) -> Obj:
    return world.get("event", id)


@answers(
    "GET",
    "/v1/events",
    f"{PAGES} type types delivery_success",
)
def list_events(world: World, params: Obj) -> Obj:
    """Thirty days of them, newest first."""
    world.prune()
    if "type" in params and "types" in params:
        raise invalid_request("You may only specify one of these parameters: type, types.")
    types = params.get("types", [params["type"]] if "type" in params else ["*"])
    if len(types) > MOST_TYPES:
        raise invalid_request(f"You can list {MOST_TYPES} types at most.", param="types")
    delivered = params.get("delivery_success")
    found = [
        event
        for event in world.all("event")
        if any(fnmatch.fnmatchcase(event["type"], type) for type in types)
        and delivered in (None, event["pending_webhooks"] == 0)
    ]
    return page(found, params, "/v1/events")


@answers(
    "POST",
    "/v1/webhook_endpoints",
    "url enabled_events api_version description metadata",
)
def create_endpoint(world: World, params: Obj) -> Obj:
    """An endpoint. Its secret is told here and never again."""
    if urlsplit(params["url"]).scheme not in ("http", "https"):
        raise invalid_request("Invalid URL: must begin with http or https.", param="url")
    if params.get("api_version", stripe.api_version) != stripe.api_version:
        raise invalid_request(
            f"The stand-in sends events in {stripe.api_version} only.", param="api_version"
        )
    if len(world.all("webhook_endpoint")) >= MOST_ENDPOINTS:
        raise invalid_request("You have reached the maximum of 16 test webhook endpoints.")
    endpoint = add_endpoint(world, params, "whsec_" + world.new_id("s", 32)[2:])
    return {**public(endpoint), "secret": endpoint["_secrets"][0]}


def add_endpoint(world: World, params: Obj, secret: str) -> Obj:
    """Keep an endpoint with the secrets its deliveries are signed with."""
    return world.add(
        {
            "id": world.new_id("we_1"),
            "object": "webhook_endpoint",
            "api_version": params.get("api_version"),
            "application": None,
            "created": world.now(),
            "description": params.get("description") or None,
            "enabled_events": params["enabled_events"],
            "livemode": False,
            "metadata": merged({}, params.get("metadata")),
            "status": "enabled",
            "url": params["url"],
            "_secrets": [secret],
        }
    )


@answers("GET", "/v1/webhook_endpoints/{webhook_endpoint}")
def get_endpoint(world: World, params: Obj, id: str) -> Obj:
    return world.get("webhook_endpoint", id)


@answers(
    "GET",
    "/v1/webhook_endpoints",
    PAGING,
)
def list_endpoints(world: World, params: Obj) -> Obj:
    return page(world.all("webhook_endpoint"), params, "/v1/webhook_endpoints")


@answers(
    "POST",
    "/v1/webhook_endpoints/{webhook_endpoint}",
    "url enabled_events description metadata disabled",
)
def update_endpoint(world: World, params: Obj, id: str) -> Obj:
    endpoint = world.get("webhook_endpoint", id)
    with changing(world, endpoint, None):
        take(endpoint, params, "description", "enabled_events", "url")
        endpoint["metadata"] = merged(endpoint["metadata"], params.get("metadata"))
        if "disabled" in params:
            endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    return endpoint


@answers("DELETE", "/v1/webhook_endpoints/{webhook_endpoint}")
def delete_endpoint(world: World, params: Obj, id: str) -> Obj:
    world.get("webhook_endpoint", id)
    world.remove("webhook_endpoint", id)
    return {"id": id, "object": "webhook_endpoint", "deleted": True}

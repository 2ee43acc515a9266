"""Stripe's own customer portal: another card, canceling, going on.

A card added there becomes the customer's default; a subscription that has a card of its own, as
every one that a checkout session made, keeps paying with that
(https://docs.stripe.com/customer-management/portal-deep-links).
"""

from __future__ import annotations

from tests.servers.stripe.billing import changes, subscriptions
from tests.servers.stripe.checkout.paying import Press
from tests.servers.stripe.errors import invalid_request
from tests.servers.stripe.events import changing
from tests.servers.stripe.resources.customers import living
from tests.servers.stripe.resources.payment_methods import make
from tests.servers.stripe.routing import answers
from tests.servers.stripe.setups import attempt_setup, new_setup
from tests.servers.stripe.world import Obj, World

FLOWS = ("payment_method_update", "subscription_cancel")


@answers("POST", "/v1/billing_portal/sessions", "customer return_url locale flow_data")
def create_portal_session(world: World, params: Obj) -> Obj:
    """A page of the portal for one customer."""
    if "customer" not in params:
        raise invalid_request("Missing required param: customer.", param="customer")
    customer = living(world, params["customer"])
    id = world.new_id("bps_1")
    return world.add(
        {
            "id": id,
            "object": "billing_portal.session",
            "configuration": "bpc_1StandIn",
            "created": world.now(),
            "customer": customer["id"],
            "flow": _flow(world, params["flow_data"]) if "flow_data" in params else None,
            "livemode": False,
            "locale": params.get("locale"),
            "on_behalf_of": None,
            "return_url": params.get("return_url"),
            "url": f"{world.settings.public_url}/p/session/{id}",
        }
    )


def _flow(world: World, data: Obj) -> Obj:
    if data["type"] not in FLOWS:
        raise invalid_request(f"The stand-in has no flow {data['type']}.", param="flow_data[type]")
    after = data.get("after_completion", {"type": "portal_homepage"})
    flow: Obj = {
        "after_completion": {"hosted_confirmation": None, "redirect": None, **after},
        "type": data["type"],
    }
    if data["type"] == "subscription_cancel":
        wanted = data.get("subscription_cancel", {}).get("subscription", "")
        world.get("subscription", wanted, "flow_data[subscription_cancel][subscription]")
        flow["subscription_cancel"] = {"retention": None, "subscription": wanted}
    return flow


def change_card(world: World, portal: Obj, press: Press) -> str | None:
    """Keep another card as the customer's default. Returns why it was refused, else None."""
    customer = living(world, portal["customer"])
    setup = new_setup(world, customer["id"], {})
    method = make(world, "card", number=press.number)
    attempt_setup(world, setup, method)
    if setup["status"] == "requires_action":
        attempt_setup(world, setup, method, authenticated=press.authenticated is not False)
    if setup["status"] != "succeeded":
        return str(setup["last_setup_error"]["message"])
    with changing(world, customer, "customer.updated"):
        customer["invoice_settings"] = {
            **customer["invoice_settings"], "default_payment_method": method["id"],
        }  # fmt: skip
    return None


def cancel(world: World, sub: Obj) -> None:
    """Let a subscription end with its period: by `cancel_at`, the boolean stays false."""
    with changing(world, sub, "customer.subscription.updated"):
        changes.set_cancellation(world, sub, {"cancel_at": subscriptions.current_end(sub)})


def resume(world: World, sub: Obj) -> None:
    """Let it go on after all."""
    with changing(world, sub, "customer.subscription.updated"):
        changes.set_cancellation(world, sub, {"cancel_at": ""})


def running(world: World, portal: Obj) -> list[Obj]:
    """The customer's subscriptions that are not over."""
    found = world.where("subscription", customer=portal["customer"])
    return [sub for sub in found if sub["status"] not in subscriptions.OVER]

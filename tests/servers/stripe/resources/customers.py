"""Customers."""

from __future__ import annotations

from tests.servers.stripe.errors import invalid_request, missing
from tests.servers.stripe.events import changing, emit
from tests.servers.stripe.listing import fits, page
from tests.servers.stripe.resources.payment_methods import attach, usable
from tests.servers.stripe.routing import PAGES, answers
from tests.servers.stripe.world import Obj, World, merged, take

NO_SETTINGS: Obj = {
    "custom_fields": None,
    "default_payment_method": None,
    "footer": None,
    "rendering_options": None,
}


@answers(
    "POST",
    "/v1/customers",
    "address balance description email name phone preferred_locales shipping tax_exempt "
    "metadata payment_method invoice_settings test_clock",
)
def create_customer(world: World, params: Obj) -> Obj:
    """A customer, on a test clock if asked."""
    clock = params.get("test_clock")
    if clock is not None:
        world.get("test_helpers.test_clock", clock, "test_clock")
    customer = world.add(
        {
            "id": world.new_id("cus", 14),
            "object": "customer",
            "address": None,
            "balance": params.get("balance", 0),
            "created": world.now_for(clock),
            "currency": None,
            "default_source": None,
            "delinquent": False,
            "description": None,
            "email": None,
            "invoice_prefix": world.new_id("i", 8)[2:].upper(),
            "invoice_settings": dict(NO_SETTINGS),
            "livemode": False,
            "metadata": {},
            "name": None,
            "next_invoice_sequence": 1,
            "phone": None,
            "preferred_locales": [],
            "shipping": None,
            "tax_exempt": "none",
            "test_clock": clock,
        }
    )
    _fill(world, customer, params)
    emit(world, "customer.created", customer)
    return customer


def _fill(world: World, customer: Obj, params: Obj) -> None:
    take(
        customer, params, "address", "balance", "description", "email", "name", "phone",
        "preferred_locales", "shipping", "tax_exempt",
    )  # fmt: skip
    customer["metadata"] = merged(customer["metadata"], params.get("metadata"))
    if method := params.get("payment_method"):
        attach(world, usable(world, method), customer["id"])
    settings = params.get("invoice_settings", {})
    method = settings.get("default_payment_method")
    if method and world.get("payment_method", method)["customer"] != customer["id"]:
        raise invalid_request(
            f"The customer does not have a payment method with the ID {method}. The payment "
            "method must be attached to the customer.",
            param="invoice_settings[default_payment_method]",
            code="resource_missing",
        )
    customer["invoice_settings"] = {
        **customer["invoice_settings"],
        **{name: value or None for name, value in settings.items()},
    }


def deleted(customer: Obj) -> Obj:
    """What is left of a deleted customer: it can still be asked for."""
    return {"id": customer["id"], "object": "customer", "deleted": True}


@answers("GET", "/v1/customers/{customer}")
def get_customer(world: World, params: Obj, id: str) -> Obj:
    customer = world.get("customer", id)
    return deleted(customer) if customer.get("_deleted") else customer


def living(world: World, id: str, param: str = "customer") -> Obj:
    """A customer that is not deleted. Raises ApiError resource_missing."""
    customer = world.get("customer", id, param)
    if customer.get("_deleted"):
        raise missing("customer", id, param)
    return customer


@answers(
    "POST",
    "/v1/customers/{customer}",
    "address balance description email name phone preferred_locales shipping tax_exempt "
    "metadata invoice_settings",
)
def update_customer(world: World, params: Obj, id: str) -> Obj:
    customer = living(world, id, "id")
    with changing(world, customer, "customer.updated"):
        _fill(world, customer, params)
    return customer


@answers(
    "GET",
    "/v1/customers",
    f"{PAGES} email test_clock",
)
def list_customers(world: World, params: Obj) -> Obj:
    found = [
        customer
        for customer in world.all("customer")
        if not customer.get("_deleted")
        and fits(customer, params, "email")
        and ("test_clock" in params or customer["test_clock"] is None)
        and fits(customer, params, "test_clock")
    ]
    return page(found, params, "/v1/customers")

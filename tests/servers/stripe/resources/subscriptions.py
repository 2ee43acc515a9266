"""The subscription calls."""

from __future__ import annotations

from tests.servers.stripe import payments, settlement
from tests.servers.stripe.billing import changes, invoices, subscriptions
from tests.servers.stripe.errors import invalid_request
from tests.servers.stripe.events import changing, emit
from tests.servers.stripe.listing import fits, page
from tests.servers.stripe.resources.coupons import redeemable
from tests.servers.stripe.resources.customers import deleted, living
from tests.servers.stripe.routing import PAGES, answers
from tests.servers.stripe.world import Obj, World, merged, take


def _refuse_sent_invoices(params: Obj) -> None:
    if params.get("collection_method", "charge_automatically") != "charge_automatically":
        raise invalid_request("The stand-in charges automatically only.", param="collection_method")


def _own_method(world: World, customer: str, id: str) -> str:
    """A payment method that belongs to the customer. Raises ApiError."""
    method = world.get("payment_method", id, "default_payment_method")
    if method["customer"] != customer:
        raise invalid_request(
            f"The customer does not have a payment method with the ID {id}. The payment method "
            "must be attached to the customer.",
            param="default_payment_method",
        )
    return id


@answers(
    "POST",
    "/v1/subscriptions",
    "customer items metadata discounts default_payment_method payment_behavior "
    "description cancel_at cancel_at_period_end off_session collection_method currency "
    "payment_settings billing_mode",
)
def create_subscription(world: World, params: Obj) -> Obj:
    """A subscription whose first invoice is collected at once."""
    _refuse_sent_invoices(params)
    customer = living(world, params.get("customer", ""))
    prices = [
        (world.get("price", item.get("price", ""), f"items[{n}][price]"), item.get("quantity", 1))
        for n, item in enumerate(params.get("items", []))
    ]
    if not prices:
        raise invalid_request("Missing required param: items.", param="items")
    for price, _ in prices:
        if not price["active"]:
            raise invalid_request("The price specified is inactive.", param="items[0][price]")
    currency = prices[0][0]["currency"]
    subscriptions.refuse_other_currency(world, customer["id"], currency)
    discounts = [
        redeemable(world, one, customer["id"], currency) for one in params.get("discounts") or []
    ]
    method = params.get("default_payment_method")
    own = _own_method(world, customer["id"], method) if method else None
    behaviour = params.get("payment_behavior", "allow_incomplete")
    pays_with = world.find(
        "payment_method", own or customer["invoice_settings"]["default_payment_method"]
    )
    if behaviour == "error_if_incomplete":
        _refuse_unpayable(pays_with)
    sub = subscriptions.new_subscription(
        world, customer, prices, metadata=merged({}, params.get("metadata")), discounts=discounts,
        method=own, description=params.get("description"),
    )  # fmt: skip
    changes.set_cancellation(world, sub, params)
    emit(world, "customer.subscription.created", sub)
    invoice = invoices.finalize(world, subscriptions.first_invoice(world, sub))
    if invoice["status"] == "paid":
        subscriptions.paid(world, sub, invoice)
    else:
        first = None if behaviour == "default_incomplete" else pays_with
        settlement.collect(world, invoice, first, present=not params.get("off_session", False))
    return sub


def _refuse_unpayable(method: Obj | None) -> None:
    if method is None:
        raise invalid_request(
            "This customer has no attached payment source or default payment method.",
            code="resource_missing",
        )
    if why := payments.verdict(method, present=True):
        raise payments.refusal(why)


@answers("GET", "/v1/subscriptions/{subscription_exposed_id}")
def get_subscription(world: World, params: Obj, id: str) -> Obj:
    return world.get("subscription", id)


@answers(
    "GET",
    "/v1/subscriptions",
    f"{PAGES} status customer test_clock price",
)
def list_subscriptions(world: World, params: Obj) -> Obj:
    status = params.get("status")
    found = []
    for sub in world.all("subscription"):
        over = sub["status"] in subscriptions.OVER
        by_status = {None: sub["status"] != "canceled", "all": True, "ended": over}
        wanted = by_status.get(status, sub["status"] == status)
        prices = {item["price"]["id"] for item in sub["items"]["data"]}
        has_price = params.get("price") in (None, *prices)
        if wanted and has_price and fits(sub, params, "customer", "test_clock"):
            found.append(sub)
    return page(found, params, "/v1/subscriptions")


@answers(
    "POST",
    "/v1/subscriptions/{subscription_exposed_id}",
    "items billing_cycle_anchor proration_behavior payment_behavior cancel_at "
    "cancel_at_period_end cancellation_details default_payment_method description "
    "discounts metadata pause_collection payment_settings off_session collection_method",
)
def update_subscription(world: World, params: Obj, id: str) -> Obj:
    """Change what is paid for, when it ends, with what it is paid."""
    _refuse_sent_invoices(params)
    sub = world.get("subscription", id)
    if sub["status"] in subscriptions.OVER and set(params) - {"metadata", "cancellation_details"}:
        raise invalid_request(
            "A canceled subscription can only update its cancellation_details and metadata."
        )
    if sub["schedule"] is not None and params.keys() & {"cancel_at", "cancel_at_period_end"}:
        raise invalid_request(
            f"The subscription is managed by the subscription schedule `{sub['schedule']}`, and "
            "updating any cancelation behavior directly is not allowed. Please update the "
            "schedule instead."
        )
    with changing(world, sub, "customer.subscription.updated"):
        if method := params.get("default_payment_method"):
            sub["default_payment_method"] = _own_method(world, sub["customer"], method)
        take(sub, params, "description", "pause_collection")
        if sub["pause_collection"] is not None:
            sub["pause_collection"] = {"resumes_at": None, **sub["pause_collection"]}
        sub["metadata"] = merged(sub["metadata"], params.get("metadata"))
        sub["payment_settings"] |= params.get("payment_settings", {})
        details = params.get("cancellation_details", {})
        sub["cancellation_details"] = {
            **sub["cancellation_details"],
            **{name: value or None for name, value in details.items()},
        }  # fmt: skip
        changes.set_cancellation(world, sub, params)
        _set_discounts(world, sub, params)
        anchor = params.get("billing_cycle_anchor", {}).get("type")
        if "items" in params or anchor == "now":
            wanted = changes.changes_of(world, sub, params.get("items", []))
            changes.change_items(world, sub, wanted, params)
    return sub


def _set_discounts(world: World, sub: Obj, params: Obj) -> None:
    if "discounts" not in params:
        return
    wanted = params["discounts"] or []
    kept = [one["discount"] for one in wanted if "discount" in one]
    fresh = [
        redeemable(world, one, sub["customer"], sub["currency"])
        for one in wanted
        if "discount" not in one
    ]
    sub["discounts"] = kept
    for one in fresh:
        subscriptions.add_discount(world, sub, one)


@answers(
    "DELETE",
    "/v1/subscriptions/{subscription_exposed_id}",
    "cancellation_details",
)
def cancel_subscription(world: World, params: Obj, id: str) -> Obj:
    """End it now."""
    sub = world.get("subscription", id)
    if sub["status"] in subscriptions.OVER:
        raise invalid_request(
            f"No such subscription: '{id}'", param="id", code="resource_missing", status=404
        )
    sub["cancellation_details"] |= params.get("cancellation_details", {})
    _release_schedule(world, sub)
    subscriptions.end(world, sub, reason="cancellation_requested")
    return sub


def _release_schedule(world: World, sub: Obj) -> None:
    schedule = world.find("subscription_schedule", sub["schedule"])
    if schedule is not None:
        with changing(world, schedule, "subscription_schedule.canceled"):
            schedule.update(
                status="canceled", canceled_at=world.now_for(sub["test_clock"]), current_phase=None
            )


@answers("POST", "/v1/subscriptions/{subscription}/resume")
def resume_subscription(world: World, params: Obj, id: str) -> Obj:
    """Only a paused subscription can be resumed; one that is to end is updated instead."""
    sub = world.get("subscription", id, "subscription")
    raise invalid_request(
        f"You can only resume subscriptions which are `paused`, this one is `{sub['status']}`.",
        param="subscription",
    )


@answers("DELETE", "/v1/customers/{customer}")
def delete_customer(world: World, params: Obj, id: str) -> Obj:
    """A deleted customer's subscriptions end with it."""
    customer = living(world, id, "id")
    for sub in world.where("subscription", customer=id):
        if sub["status"] not in subscriptions.OVER:
            subscriptions.end(world, sub, reason="cancellation_requested")
    customer["_deleted"] = True
    world.changes += 1
    emit(world, "customer.deleted", customer)
    return deleted(customer)

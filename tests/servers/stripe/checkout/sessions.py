"""Checkout sessions: what the merchant asks for, until the customer has paid or time is up.

Stripe's own page: https://docs.stripe.com/api/checkout/sessions
"""

from __future__ import annotations

import re

from tests.servers.stripe.billing.subscriptions import refuse_other_currency
from tests.servers.stripe.blanks import SESSION
from tests.servers.stripe.checkout.lines import items_of, totals_of
from tests.servers.stripe.errors import ApiError, absent, invalid_request
from tests.servers.stripe.events import emit
from tests.servers.stripe.listing import fits, page, page_in_order
from tests.servers.stripe.resources.coupons import redeemable
from tests.servers.stripe.resources.customers import living
from tests.servers.stripe.routing import PAGES, PAGING, answers
from tests.servers.stripe.setups import new_setup
from tests.servers.stripe.world import DAY, Obj, World, merged, public

SOONEST_S, LATEST_S = 30 * 60, DAY
SLACK_S = 60  # the merchant computed the time a moment ago
URL = re.compile(r"https?://[!-~]+")
KNOWN_DATA = {
    "payment_intent_data": {"metadata", "description", "setup_future_usage", "receipt_email"},
    "subscription_data": {"metadata", "description", "billing_mode"},
    "setup_intent_data": {"metadata", "description"},
}
OFFERED = ("card", "alipay", "wechat_pay")


def _check(params: Obj) -> None:
    """What the types alone cannot say. Raises ApiError."""
    mode = params.get("mode")
    if mode is None:
        raise _missing("mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid_request("The stand-in has the hosted page only.", param="ui_mode")
    if "success_url" not in params:
        raise _missing("success_url")
    if mode != "setup" and not params.get("line_items"):
        raise _missing("line_items")
    if mode == "setup" and "line_items" in params:
        raise invalid_request("You can not pass `line_items` in `setup` mode.", param="line_items")
    if "discounts" in params and "allow_promotion_codes" in params:
        raise invalid_request(
            "You may only specify one of these parameters: allow_promotion_codes, discounts.",
            param="discounts",
        )
    if "customer" in params and "customer_email" in params:
        raise invalid_request(
            "You may only specify one of these parameters: customer, customer_email.",
            param="customer",
        )
    own = {"payment_intent_data": "payment", "subscription_data": "subscription",
           "setup_intent_data": "setup"}  # fmt: skip
    for name, wanted in own.items():
        if name in params and mode != wanted:
            raise invalid_request(f"You can not pass `{name}` in `{mode}` mode.", param=name)
    for data, known in KNOWN_DATA.items():
        for name in params.get(data, {}).keys() - known:
            raise absent(f"{data}[{name}]")
    for name in ("success_url", "cancel_url"):
        if name in params and not URL.fullmatch(params[name]):
            raise invalid_request("Not a valid URL", param=name, code="url_invalid")
    wechat = params.get("payment_method_options", {}).get("wechat_pay")
    if wechat is not None and "client" not in wechat:
        raise _missing("payment_method_options[wechat_pay][client]")


def _expiry(params: Obj, now: int) -> int:
    """When the page closes. Raises ApiError outside the bounds."""
    expires_at: int = params.get("expires_at", now + LATEST_S)
    if not now + SOONEST_S - SLACK_S <= expires_at <= now + LATEST_S + SLACK_S:
        raise invalid_request(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from the current "
            "time.",
            param="expires_at",
        )
    return expires_at


def _missing(param: str) -> ApiError:
    return invalid_request(
        f"Missing required param: {param}.", param=param, code="parameter_missing"
    )


def _methods(params: Obj) -> list[str]:
    """The kinds of payment the page offers: only cards renew or can be kept."""
    able = OFFERED if params["mode"] == "payment" else ("card",)
    allowed = params.get("allowed_payment_method_types", able)
    excluded = params.get("excluded_payment_method_types", [])
    found = [type for type in able if type in allowed and type not in excluded]
    if not found:
        raise invalid_request(
            "No valid payment method types for this Checkout Session. Please ensure that you "
            "have activated payment methods compatible with your chosen currency.",
        )
    return found


@answers(
    "POST",
    "/v1/checkout/sessions",
    "mode customer customer_email customer_creation client_reference_id line_items "
    "discounts allow_promotion_codes allowed_payment_method_types "
    "excluded_payment_method_types payment_method_options payment_method_collection "
    "metadata payment_intent_data subscription_data setup_intent_data adaptive_pricing "
    "locale expires_at success_url cancel_url currency submit_type ui_mode "
    "billing_address_collection",
)
def create_session(world: World, params: Obj) -> Obj:
    """An open session with its own page."""
    _check(params)
    mode = params["mode"]
    customer = living(world, params["customer"]) if "customer" in params else None
    now = world.now()  # a page is open in real time, even for a customer on a test clock
    types = _methods(params)
    items = items_of(world, params) if mode != "setup" else []
    currency: str = items[0]["currency"] if items else params.get("currency", "")
    if mode == "subscription" and customer is not None:
        refuse_other_currency(world, customer["id"], currency)
    discounts = [
        redeemable(world, one, params.get("customer"), currency)
        for one in params.get("discounts") or []
    ]
    expires_at = _expiry(params, now)
    id = world.new_id("cs_test_a1", 58)
    session = world.add(
        {
            **public(SESSION),
            "id": id,
            "adaptive_pricing": {"enabled": params.get("adaptive_pricing", {}).get("enabled", True)}
            if mode == "payment"
            else None,
            "allow_promotion_codes": params.get("allow_promotion_codes"),
            "billing_address_collection": params.get("billing_address_collection"),
            "cancel_url": params.get("cancel_url"),
            "client_reference_id": params.get("client_reference_id"),
            "created": now,
            "currency": currency or None,
            "customer": customer["id"] if customer else None,
            "customer_creation": None
            if customer
            else params.get(
                "customer_creation", "always" if mode == "subscription" else "if_required"
            ),
            "customer_email": params.get("customer_email"),
            "discounts": discounts,
            "expires_at": expires_at,
            "locale": params.get("locale"),
            "metadata": merged({}, params.get("metadata")),
            "mode": mode,
            "payment_method_collection": params.get("payment_method_collection", "always")
            if mode == "subscription"
            else "if_required",
            "payment_method_options": params.get("payment_method_options", {}),
            "payment_method_types": types,
            "payment_status": "no_payment_required" if mode == "setup" else "unpaid",
            "submit_type": params.get("submit_type"),
            "success_url": params["success_url"],
            "url": f"{world.settings.public_url}/c/pay/{id}",
            "_items": items,
            "_intent_data": params.get("payment_intent_data", {}),
            "_subscription_data": params.get("subscription_data", {}),
            "_method": None,
        }
    )
    totals_of(world, session)
    if mode == "setup":
        data = params.get("setup_intent_data", {})
        setup = new_setup(world, params.get("customer"), merged({}, data.get("metadata")))
        setup["_session"] = id
        session["setup_intent"] = setup["id"]
    return session


@answers("GET", "/v1/checkout/sessions/{session}")
def get_session(world: World, params: Obj, id: str) -> Obj:
    return world.get("checkout.session", id, "session")


@answers(
    "POST",
    "/v1/checkout/sessions/{session}",
    "metadata",
)
def update_session(world: World, params: Obj, id: str) -> Obj:
    session = world.get("checkout.session", id, "session")
    session["metadata"] = merged(session["metadata"], params.get("metadata"))
    return session


@answers(
    "GET",
    "/v1/checkout/sessions",
    f"{PAGES} customer customer_details payment_intent status subscription",
)
def list_sessions(world: World, params: Obj) -> Obj:
    wanted = dict(params)
    if "customer_details" in params:
        wanted["customer_email"] = params["customer_details"]["email"]
    found = [
        one for one in world.all("checkout.session")
        if fits(one, wanted, "customer", "customer_email", "payment_intent", "status",
                "subscription")
    ]  # fmt: skip
    return page(found, params, "/v1/checkout/sessions")


@answers(
    "GET",
    "/v1/checkout/sessions/{session}/line_items",
    PAGING,
)
def list_line_items(world: World, params: Obj, id: str) -> Obj:
    items = world.get("checkout.session", id, "session")["_items"]
    return page_in_order(list(items), params, f"/v1/checkout/sessions/{id}/line_items")


def expire(world: World, session: Obj) -> None:
    """Nobody can pay it any more."""
    session.update(status="expired", url=None)
    emit(world, "checkout.session.expired", session)


@answers("POST", "/v1/checkout/sessions/{session}/expire")
def expire_session(world: World, params: Obj, id: str) -> Obj:
    session = world.get("checkout.session", id, "session")
    if session["status"] != "open":
        raise invalid_request(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of {session['status']}.",
            param="session",
        )
    expire(world, session)
    return session

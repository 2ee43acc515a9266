"""Requests: who may ask, what may be said, what a key remembers."""

from __future__ import annotations

from typing import Any

import pytest
import stripe
from stripe.params.checkout import SessionCreateParams

from tests.servers.stripe.contract.routes import find, routes
from tests.servers.stripe.handlers import RESOURCES
from tests.servers.stripe.launch import StripeServer
from tests.servers.stripe.routing import HANDLERS
from tests.stand_in.shop import Shop


def refused(shop: Shop, path: str, params: dict[str, Any]) -> stripe.InvalidRequestError:
    """The error of a raw call that the typed client would not let through."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.client.raw_request("post", path, **params)
    return caught.value


def test_contract_is_that_of_the_pinned_library() -> None:
    assert stripe.VERSION == "16.1.0"
    assert len(routes()) == 556
    found = find("POST", "/v1/checkout/sessions")
    assert found is not None
    assert found[0].params == "Optional['SessionCreateParams']"
    known = SessionCreateParams.__annotations__
    assert "allowed_payment_method_types" in known
    assert "payment_method_types" not in known


def test_every_handler_answers_a_call_of_the_library() -> None:
    known = {(route.method, route.path) for route in routes()}
    assert RESOURCES
    assert HANDLERS.keys() <= known


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"coupon": "X"}, "coupon", "parameter_unknown"),
        ({}, "promotion", "parameter_missing"),
        ({"promotion": {"type": "coupon"}, "max_redemptions": "many"}, "max_redemptions",
         "parameter_invalid_integer"),
        ({"promotion": {"type": "discount"}}, "promotion[type]", None),
        ({"promotion": {"type": "coupon"}, "active": "maybe"}, "active", None),
        ({"promotion": "X"}, "promotion", None),
        ({"promotion": {"type": "coupon"}, "code": ""}, "code", "parameter_invalid_empty"),
        ({"promotion": {"type": "coupon"}, "restrictions": {"what": 1}}, "restrictions[what]",
         "parameter_unknown"),
    ],
)  # fmt: skip
def test_wrong_parameters_are_named(
    shop: Shop, params: dict[str, Any], param: str, code: str | None
) -> None:
    error = refused(shop, "/v1/promotion_codes", params)
    assert (error.http_status, error.param, error.code) == (400, param, code)


def test_parameters_of_earlier_versions_are_unknown(shop: Shop) -> None:
    session = {"mode": "payment", "payment_method_types": ["card"]}
    assert refused(shop, "/v1/checkout/sessions", session).param == "payment_method_types"
    intent = {"amount": 1000, "currency": "cny", "payment_method_types": ["card"]}
    assert refused(shop, "/v1/payment_intents", intent).param == "payment_method_types"
    sub = shop.member(shop.price().id, shop.customer().id)
    path = f"/v1/subscriptions/{sub.id}"
    assert refused(shop, path, {"billing_cycle_anchor": "now"}).param == "billing_cycle_anchor"


def test_parameter_that_would_be_ignored_is_refused(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="does not have the parameter"):
        shop.topup(1000, invoice_creation={"enabled": True})


def test_call_that_is_not_there_says_so(shop: Shop) -> None:
    with pytest.raises(stripe.APIError) as caught:
        shop.client.v1.payment_links.list({})
    assert caught.value.http_status == 501
    assert "GET /v1/payment_links" in str(caught.value)


def test_only_test_keys_are_taken(server: StripeServer, shop: Shop) -> None:
    for key in ("sk_live_x", "nonsense"):
        stranger = stripe.StripeClient(key, base_addresses={"api": server.base_url})
        with pytest.raises(stripe.AuthenticationError):
            stranger.v1.customers.list({})


def test_other_version_is_refused(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="speaks"):
        shop.client.v1.customers.list({}, {"stripe_version": "2024-06-20"})


def test_missing_object_says_which(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.topup(customer="cus_nobody")
    error = caught.value
    assert (error.http_status, error.code, error.param) == (400, "resource_missing", "customer")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.client.v1.customers.retrieve("cus_nobody")
    assert (caught.value.http_status, caught.value.param) == (404, "id")


def test_same_key_gets_the_first_answer(shop: Shop) -> None:
    customers = shop.client.v1.customers
    key: Any = {"idempotency_key": "customer-7-1"}
    first = customers.create({"email": "li@shop.test"}, key)
    again = customers.create({"email": "li@shop.test"}, key)
    assert again.id == first.id
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError) as caught:
        customers.create({"email": "wang@shop.test"}, key)
    assert caught.value.http_status == 400


def test_key_is_forgotten_after_a_day(shop: Shop) -> None:
    customers = shop.client.v1.customers
    key: Any = {"idempotency_key": "customer-7-1"}
    first = customers.create({}, key)
    shop.control.advance(25 * 3600)
    assert customers.create({}, key).id != first.id


def test_refused_request_may_be_sent_again_corrected(shop: Shop) -> None:
    key: Any = {"idempotency_key": "customer-7-1"}
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.subscriptions.create({"customer": "cus_nobody"}, key)
    shop.client.v1.subscriptions.create(
        {"customer": shop.customer().id, "items": [{"price": shop.price().id}]}, key
    )


def test_expansion_puts_objects_where_ids_stand(shop: Shop) -> None:
    shop.paid_topup(1000, customer=shop.customer().id)
    sessions = shop.client.v1.checkout.sessions.list(
        {"expand": ["data.payment_intent.latest_charge.refunds", "data.line_items"]}
    )
    intent = sessions.data[0].payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert intent.latest_charge.refunds is not None
    assert sessions.data[0].line_items is not None
    assert sessions.data[0].line_items.data[0].amount_total == 1000
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        shop.client.v1.checkout.sessions.list({"expand": ["data.colour"]})


def test_amount_has_a_floor(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.topup(299)
    assert caught.value.code == "amount_too_small"


def test_session_ends_between_half_an_hour_and_a_day(shop: Shop) -> None:
    now = shop.control.now()
    assert shop.topup(expires_at=now + 1800).expires_at == now + 1800
    for seconds in (600, 90_000):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            shop.topup(expires_at=now + seconds)
        assert caught.value.param == "expires_at"

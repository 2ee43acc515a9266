"""What we ask Stripe to do. Every call carries a key made from the row that records the intent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from billing.gateway.client import client, id_of, in_our_words, instant, plain
from billing.gateway.errors import Missing, Rejected
from billing.gateway.reversals import refund_state
from billing.gateway.types import OpenPage, PayPage, RefundState

_LOCALES = {"zh-hans": "zh", "en": "en"}


def make_customer(*, email: str, metadata: Mapping[str, str], key: str) -> str:
    """A customer at Stripe; its id. Raises GatewayError."""
    with in_our_words():
        made = client().v1.customers.create(
            {"email": email, "metadata": dict(metadata)}, {"idempotency_key": key}
        )
    return made.id


def open_pay_page(page: PayPage) -> OpenPage:
    """A hosted pay page for exactly the order's amount. Raises GatewayError."""
    parameters = _subscription_page(page) if page.price_id else _payment_page(page)
    with in_our_words():
        session = plain(
            client().v1.checkout.sessions.create(
                cast(Any, parameters), {"idempotency_key": page.key}
            )
        )
    return OpenPage(session["id"], session["url"] or "", instant(session["expires_at"]))


def reopen_pay_page(session_id: str) -> OpenPage | None:
    """A pay page that was made by a request nobody answered, None if it is closed."""
    with in_our_words():
        session = plain(client().v1.checkout.sessions.retrieve(session_id))
    if session["status"] != "open":
        return None
    return OpenPage(session["id"], session["url"] or "", instant(session["expires_at"]))


def close_pay_page(session_id: str, *, key: str) -> None:
    """Expire a pay page; one that is closed already stays as it is. Raises GatewayError."""
    try:
        with in_our_words():
            client().v1.checkout.sessions.expire(session_id, {}, {"idempotency_key": key})
    except Rejected:
        return  # completed or expired meanwhile: the caller fetches which


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A subscription's item and the price it is to have."""

    subscription_id: str
    item_id: str
    price_id: str


def change_price_now(change: PriceChange, *, key: str) -> None:
    """A fresh full-price period from this moment, or no change at all.

    Raises Declined when the card is refused, and GatewayError.
    """
    with in_our_words():
        client().v1.subscriptions.update(
            change.subscription_id,
            {
                "items": [{"id": change.item_id, "price": change.price_id}],
                "billing_cycle_anchor": {"type": "now"},
                "proration_behavior": "none",
                "payment_behavior": "error_if_incomplete",
            },
            {"idempotency_key": key},
        )


def change_price_at_renewal(change: PriceChange, *, key: str) -> str:
    """From the next period on another price; the schedule's id. Raises GatewayError."""
    with in_our_words():
        made = plain(
            client().v1.subscription_schedules.create(
                {"from_subscription": change.subscription_id}, {"idempotency_key": f"{key}-make"}
            )
        )
        phase = made["phases"][0]
        current = {
            "items": [
                {"price": id_of(item["price"]), "quantity": item.get("quantity") or 1}
                for item in phase["items"]
            ],
            "start_date": phase["start_date"],
            "end_date": phase["end_date"],
            "proration_behavior": "none",
        }
        following = {
            "items": [{"price": change.price_id, "quantity": 1}],
            "proration_behavior": "none",
            "duration": {"interval": "month", "interval_count": 1},
        }
        client().v1.subscription_schedules.update(
            made["id"],
            cast(Any, {"end_behavior": "release", "phases": [current, following]}),
            {"idempotency_key": f"{key}-phases"},
        )
    return str(made["id"])


def release_schedule(schedule_id: str, *, key: str) -> None:
    """Forget a change at renewal; a schedule that is over already is no error."""
    try:
        with in_our_words():
            client().v1.subscription_schedules.release(schedule_id, {}, {"idempotency_key": key})
    except (Missing, Rejected):
        return


def cancel_at_period_end(subscription_id: str, *, key: str) -> None:
    """Let a subscription end with its period. Raises GatewayError."""
    with in_our_words():
        client().v1.subscriptions.update(
            subscription_id, {"cancel_at_period_end": True}, {"idempotency_key": key}
        )


def go_on(subscription_id: str, *, by_date: bool, key: str) -> None:
    """Take an end back; `by_date` when it was set as a date, as Stripe's own portal does.

    Raises GatewayError.
    """
    with in_our_words():
        client().v1.subscriptions.update(
            subscription_id,
            {"cancel_at": ""} if by_date else {"cancel_at_period_end": False},
            {"idempotency_key": key},
        )


def cancel_subscription(subscription_id: str, *, key: str) -> None:
    """End a subscription at once; one that is over already is no error. Raises Unreachable."""
    try:
        with in_our_words():
            client().v1.subscriptions.cancel(subscription_id, {}, {"idempotency_key": key})
    except (Missing, Rejected):
        return


def refund_payment(payment_id: str, *, key: str, metadata: Mapping[str, str]) -> str:
    """Give a whole payment back; the refund's id, "" when it was given back before."""
    try:
        with in_our_words():
            return (
                client()
                .v1.refunds.create(
                    {"payment_intent": payment_id, "metadata": dict(metadata)},
                    {"idempotency_key": key},
                )
                .id
            )
    except Rejected as error:
        if error.code == "charge_already_refunded":
            return ""
        raise


def refund_part(
    payment_id: str, *, amount_minor: int, key: str, metadata: Mapping[str, str]
) -> RefundState:
    """Give a part of a payment back; the refund as Stripe took it. Raises GatewayError."""
    with in_our_words():
        made = plain(
            client().v1.refunds.create(
                {
                    "payment_intent": payment_id,
                    "amount": amount_minor,
                    "metadata": dict(metadata),
                },
                {"idempotency_key": key},
            )
        )
    return refund_state(made)


def use_card(subscription_id: str, *, card_id: str, key: str) -> None:
    """Charge this card at every renewal of a subscription. Raises GatewayError."""
    with in_our_words():
        client().v1.subscriptions.update(
            subscription_id, {"default_payment_method": card_id}, {"idempotency_key": key}
        )


def card_page_url(*, customer_id: str, return_url: str) -> str:
    """A page of Stripe's where the customer changes the card. Raises GatewayError."""
    with in_our_words():
        return (
            client()
            .v1.billing_portal.sessions.create(
                {
                    "customer": customer_id,
                    "return_url": return_url,
                    "flow_data": {"type": "payment_method_update"},
                }
            )
            .url
        )


def _common(page: PayPage) -> dict[str, Any]:
    return {
        "customer": page.customer_id,
        "client_reference_id": page.order_id,
        "metadata": dict(page.metadata),
        "locale": _LOCALES.get(page.locale, "auto"),
        "allowed_payment_method_types": list(page.methods),
        # The price we showed is the price that is paid: no conversion at the door.
        "adaptive_pricing": {"enabled": False},
        "expires_at": int(page.expires_at.timestamp()),
        "success_url": page.return_url,
        "cancel_url": page.return_url,
    }


def _payment_page(page: PayPage) -> dict[str, Any]:
    parameters = {
        **_common(page),
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": page.currency.lower(),
                    "unit_amount": page.amount_minor,
                    "product_data": {"name": page.description},
                },
            }
        ],
        # Copied to the charge: refunds and disputes find the order by it.
        "payment_intent_data": {"metadata": dict(page.metadata)},
    }
    if "wechat_pay" in page.methods:
        parameters["payment_method_options"] = {"wechat_pay": {"client": "web"}}
    return parameters


def _subscription_page(page: PayPage) -> dict[str, Any]:
    parameters = {
        **_common(page),
        "mode": "subscription",
        "line_items": [{"price": page.price_id, "quantity": 1}],
        "subscription_data": {"metadata": dict(page.metadata)},
    }
    if page.coupon_id:
        parameters["discounts"] = [{"coupon": page.coupon_id}]
    return parameters

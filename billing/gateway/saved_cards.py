"""Cards that were kept, and charging one while its owner is away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from billing.gateway.client import client, id_of, in_our_words, plain
from billing.gateway.errors import UnknownShape

_LOCALES = {"zh-hans": "zh", "en": "en"}


@dataclass(frozen=True, slots=True)
class SavedCard:
    """A card kept for later. `ends_on` is the first day on which it is no longer valid."""

    customer_id: str
    card_id: str
    brand: str
    last4: str
    ends_on: date | None
    # The same for one card in every account; a saved card's id is not.
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class CardCharge:
    """What to take from which card. `key` and everything else stay the same when it is repeated."""

    order_id: str
    customer_id: str
    card_id: str
    amount_minor: int
    currency: str
    key: str


@dataclass(frozen=True, slots=True)
class PaymentState:
    """A payment as Stripe has it. Amount in minor units, currency upper case."""

    id: str
    status: str
    amount_minor: int
    currency: str


def open_card_page(*, customer_id: str, return_url: str, locale: str) -> str:
    """The address of a page of Stripe's where a card is kept. Raises GatewayError."""
    with in_our_words():
        session = client().v1.checkout.sessions.create(
            {
                "mode": "setup",
                "customer": customer_id,
                "currency": "cny",
                "allowed_payment_method_types": ["card"],
                "success_url": f"{return_url}?session={{CHECKOUT_SESSION_ID}}",
                "cancel_url": return_url,
                "metadata": {"kind": "auto_topup"},
                "locale": _LOCALES.get(locale, "auto"),
            }
        )
    return session.url or ""


def fetch_saved_card(session_id: str) -> SavedCard | None:
    """The card a setup session kept, None while it has kept none. Raises GatewayError."""
    with in_our_words():
        session = plain(
            client().v1.checkout.sessions.retrieve(
                session_id, {"expand": ["setup_intent.payment_method"]}
            )
        )
    setup = session.get("setup_intent") or {}
    method = setup.get("payment_method") or {}
    if session["mode"] != "setup" or setup.get("status") != "succeeded":
        return None
    card = method.get("card")
    if not card:
        raise UnknownShape(f"session {session_id} kept something that is no card")
    return SavedCard(
        customer_id=id_of(session.get("customer")),
        card_id=method["id"],
        brand=str(card.get("brand") or ""),
        last4=str(card.get("last4") or ""),
        ends_on=_after(card.get("exp_year"), card.get("exp_month")),
        fingerprint=str(card.get("fingerprint") or ""),
    )


def charge_card(charge: CardCharge) -> PaymentState:
    """Take the amount while the owner is away. Raises Declined, also where the bank wants to see
    the owner ("authentication_required"), and GatewayError."""
    with in_our_words():
        made = plain(
            client().v1.payment_intents.create(
                {
                    "amount": charge.amount_minor,
                    "currency": charge.currency.lower(),
                    "customer": charge.customer_id,
                    "payment_method": charge.card_id,
                    "allowed_payment_method_types": ["card"],
                    "off_session": True,
                    "confirm": True,
                    "metadata": {"order_id": charge.order_id, "kind": "auto_topup"},
                },
                {"idempotency_key": charge.key},
            )
        )
    return _state(made)


def find_payment(*, customer_id: str, order_id: str) -> PaymentState | None:
    """The payment made for an order, the successful one first; None when there is none.

    What to do when a request was not answered. Raises GatewayError.
    """
    with in_our_words():
        listed = client().v1.payment_intents.list({"customer": customer_id, "limit": 100})
        found = [plain(one) for one in listed.data]
    ours = [_state(one) for one in found if (one.get("metadata") or {}).get("order_id") == order_id]
    ours.sort(key=lambda one: one.status not in ("succeeded", "processing"))
    return ours[0] if ours else None


def _state(payment: dict[str, Any]) -> PaymentState:
    return PaymentState(
        id=payment["id"],
        status=payment["status"],
        amount_minor=payment["amount"],
        currency=payment["currency"].upper(),
    )


def _after(year: Any, month: Any) -> date | None:
    if not year or not month:
        return None
    return date(int(year) + int(month) // 12, int(month) % 12 + 1, 1)

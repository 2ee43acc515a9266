"""The test cards, and what each of them does.

Stripe's own page: https://docs.stripe.com/testing
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """A card number and its behaviour."""

    number: str
    does: str = "pays"
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"

    @property
    def fingerprint(self) -> str:
        """The same for the same number, whoever uses it."""
        return hashlib.sha256(self.number.encode()).hexdigest()[:16]


# What a refusal says: code, decline code, message.
REFUSALS: dict[str, tuple[str, str | None, str]] = {
    "declined": ("card_declined", "generic_decline", "Your card was declined."),
    "insufficient_funds": (
        "card_declined", "insufficient_funds", "Your card has insufficient funds.",
    ),
    "expired": ("expired_card", "expired_card", "Your card has expired."),
    "authentication_required": (
        "authentication_required", "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
    "authentication_failed": (
        "payment_intent_authentication_failure", None,
        "We are unable to authenticate your payment method. Please choose a different payment "
        "method and try again.",
    ),
    "provider_declined": (
        "payment_method_provider_decline", None,
        "The payment was declined by the provider.",
    ),
}  # fmt: skip

# `does`: pays; declined, insufficient_funds, expired: refused at once; charges_fail: can be kept,
# every charge is refused; renewals_fail: pays while its owner is present, refused afterwards;
# expires_later: pays while its owner is present, has expired when charged alone; 3ds_once: asks
# its owner once and then pays alone; 3ds_always: asks every time; disputed and inquired: pays,
# then the owner complains; warned: pays, then an early fraud warning comes; refund_fails: a refund
# succeeds at first and fails later; refund_waits: stays pending.
CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242"),
        Card("4000056655665556", funding="debit"),
        Card("5555555555554444", brand="mastercard"),
        Card("6200000000000005", brand="unionpay", country="CN"),
        Card("4000000000000002", "declined"),
        Card("4000000000009995", "insufficient_funds"),
        Card("4000000000000069", "expired"),
        Card("4000000000000341", "charges_fail"),
        Card("4000000000000044", "renewals_fail"),
        Card("4000000000000045", "expires_later"),
        Card("4000002500003155", "3ds_once"),
        Card("4000002760003184", "3ds_always"),
        Card("4000000000000259", "disputed"),
        Card("4000000000001976", "inquired"),
        Card("4000000000005423", "warned"),
        Card("4000000000005126", "refund_fails"),
        Card("4000000000007726", "refund_waits"),
    )
}

# Ready-made payment methods of Stripe's test mode that need no card number.
TOKENS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_visa_debit": "4000056655665556",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_unionpay": "6200000000000005",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_createDispute": "4000000000000259",
    "pm_card_createDisputeInquiry": "4000000000001976",
    "pm_card_createIssuerFraudRecord": "4000000000005423",
    "pm_card_refundFail": "4000000000005126",
    "pm_card_pendingRefund": "4000000000007726",
}

# The buttons of the pay page.
CHOICES = {
    "good": "4242424242424242",
    "declined": "4000000000000002",
    "insufficient_funds": "4000000000009995",
    "3ds": "4000002500003155",
    "renewals_fail": "4000000000000044",
    "disputed": "4000000000000259",
}


def card_of(number: str) -> Card:
    """The card of a number; one that nobody knows pays."""
    if number in CARDS:
        return CARDS[number]
    brand = "mastercard" if number.startswith("5") else "visa"
    return Card(number, brand=brand)

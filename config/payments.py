"""Which Stripe this installation talks to. A mistake would cost money: it stops the start."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

STAND_IN_KEY = "sk_test_inkling_stand_in"
STAND_IN_BASE = "http://127.0.0.1:12111"
_TEST_KEYS = ("sk_test_", "rk_test_")
_LIVE_KEYS = ("sk_live_", "rk_live_")


@dataclass(frozen=True, slots=True)
class StripeAddress:
    """The key and where to use it; an empty `api_base` is Stripe itself."""

    secret_key: str
    api_base: str

    @property
    def livemode(self) -> bool:
        """Whether real money moves."""
        return self.secret_key.startswith(_LIVE_KEYS)


def stripe_address(secret_key: str, api_base: str, *, stand_in: bool) -> StripeAddress:
    """Check the two settings; without a key, `stand_in` chooses the stand-in of development.

    Raises ImproperlyConfigured for a key of another kind, and for a live key together with
    another address than Stripe's.
    """
    if not secret_key:
        if not stand_in:
            return StripeAddress("", "")
        secret_key, api_base = STAND_IN_KEY, api_base or STAND_IN_BASE
    if not secret_key.startswith((*_TEST_KEYS, *_LIVE_KEYS)):
        raise ImproperlyConfigured(
            "STRIPE_SECRET_KEY must start with sk_test_, rk_test_, sk_live_ or rk_live_"
        )
    if api_base and not api_base.startswith(("http://", "https://")):
        raise ImproperlyConfigured("STRIPE_API_BASE must be an http:// or https:// address")
    if api_base and secret_key.startswith(_LIVE_KEYS):
        raise ImproperlyConfigured(
            "STRIPE_API_BASE is for test keys only: a live key talks to Stripe itself"
        )
    return StripeAddress(secret_key, api_base.rstrip("/"))

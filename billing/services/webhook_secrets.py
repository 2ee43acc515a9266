"""Signing secrets of our webhook endpoints: the environment's, and those kept here sealed."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from billing.models import StripeEndpoint


def active_secrets() -> list[str]:
    """Every secret a webhook may be signed with, the environment's first.

    While a secret is being rolled both the new and the old one are listed.
    """
    kept = StripeEndpoint.objects.filter(livemode=settings.STRIPE_LIVEMODE)
    opened = (unseal(bytes(row.sealed_secret)) for row in kept.order_by("-created_at"))
    return [*settings.STRIPE_WEBHOOK_SECRETS, *(secret for secret in opened if secret)]


def seal(secret: str) -> bytes:
    """The secret encrypted under the installation's own key."""
    return _box().encrypt(secret.encode())


def unseal(sealed: bytes) -> str:
    """The secret again; "" when the installation's key has changed since: then sync once more."""
    try:
        return _box().decrypt(sealed).decode()
    except InvalidToken:
        return ""


def _box() -> Fernet:
    key = hashlib.sha256(b"billing.webhook_secrets:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))

"""Secrets that must be readable again, encrypted at rest."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from accounts.hashes import derived_key


class CannotUnseal(Exception):
    """None of the installation's secrets opens it: one was taken away too early."""


def seal(secret: str) -> bytes:
    """The secret, encrypted under the first of the installation's secrets."""
    return _box(_sealing_secrets()).encrypt(secret.encode())


def unseal(sealed: bytes) -> str:
    """What was sealed, under any of the installation's secrets. Raises CannotUnseal."""
    try:
        return _box(_sealing_secrets()).decrypt(bytes(sealed)).decode()
    except InvalidToken:
        raise CannotUnseal("ENCRYPTION_SECRETS lacks the secret this was sealed under") from None


def resealed(sealed: bytes | memoryview) -> bytes:
    """The same under the first secret, so that older ones can go. Raises CannotUnseal."""
    return seal(unseal(bytes(sealed)))


def _sealing_secrets() -> tuple[str, ...]:
    return tuple(settings.ENCRYPTION_SECRETS) or (settings.SECRET_KEY,)


@lru_cache
def _box(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet(
        [Fernet(urlsafe_b64encode(derived_key(secret, "sealing"))) for secret in secrets]
    )

"""Secrets that must be readable again, encrypted at rest; and names that must not be, hashed.

Every key is derived from a secret of the installation with a purpose of its own, so that one
that leaks says nothing about the others.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


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


def resealed(sealed: bytes) -> bytes:
    """The same under the first secret, so that older ones can go. Raises CannotUnseal."""
    return seal(unseal(sealed))


def keyed_hash(purpose: str, text: str) -> bytes:
    """16 bytes that say whether two texts are the same, to nobody without our secret."""
    key = _derived(settings.ABUSE_HASH_SECRET or settings.SECRET_KEY, f"hash:{purpose}")
    return hmac.digest(key, text.encode(), "sha256")[:16]


def _sealing_secrets() -> tuple[str, ...]:
    return tuple(settings.ENCRYPTION_SECRETS) or (settings.SECRET_KEY,)


@lru_cache
def _box(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet(
        [Fernet(urlsafe_b64encode(_derived(secret, "sealing"))) for secret in secrets]
    )


@lru_cache(maxsize=64)
def _derived(secret: str, purpose: str) -> bytes:
    info = f"inkling:{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())

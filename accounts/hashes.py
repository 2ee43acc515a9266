"""Keyed hashes: they say whether two texts are the same, to nobody without our secret."""

from __future__ import annotations

import hmac
from functools import lru_cache
from typing import Literal

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from accounts.mailboxes import mailbox_of
from accounts.visits import Visit

Purpose = Literal["mailbox", "address", "network", "device", "mail code"]


def derived_key(secret: str, purpose: str) -> bytes:
    """32 bytes of a secret for one purpose: one that leaks says nothing about the others."""
    return _derived(secret, purpose)


@lru_cache(maxsize=64)
def _derived(secret: str, purpose: str) -> bytes:
    info = f"inkling:{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())


def keyed_hash(purpose: Purpose, text: str) -> bytes:
    """16 bytes. The same text has another hash for another purpose."""
    key = derived_key(settings.ABUSE_HASH_SECRET or settings.SECRET_KEY, f"hash:{purpose}")
    return hmac.digest(key, text.encode(), "sha256")[:16]


def mailbox_hash(email: str) -> bytes:
    """The hash of the mailbox an address leads to."""
    return keyed_hash("mailbox", mailbox_of(email))


def visit_hashes(visit: Visit) -> dict[str, bytes | None]:
    """Address, network and device as they are kept; None where nothing is known."""
    return {
        "address_hash": _known("address", visit.counted_address),
        "subnet_hash": _known("network", visit.subnet),
        "device_hash": _known("device", visit.device),
    }


def _known(purpose: Purpose, text: str) -> bytes | None:
    return keyed_hash(purpose, text) if text else None

"""What a key may be allowed to do. Pure."""

from __future__ import annotations

from collections.abc import Iterable

READ = "read"
SUBMIT = "submit"
BILLING_READ = "billing_read"
BILLING_WRITE = "billing_write"
KEYS = "keys"

# In the order they are shown in.
SCOPES = (READ, SUBMIT, BILLING_READ, BILLING_WRITE, KEYS)
# A key whose maker did not choose. To manage keys is never given unasked.
DEFAULT = (READ, SUBMIT, BILLING_READ, BILLING_WRITE)

_SAFE = ("GET", "HEAD", "OPTIONS")


def in_order(scopes: Iterable[str]) -> list[str]:
    """Each once, in the order of `SCOPES`. Raises ValueError for one that does not exist."""
    wanted = set(scopes)
    unknown = wanted - set(SCOPES)
    if unknown:
        raise ValueError(f"no such scope: {min(unknown)}")
    return [scope for scope in SCOPES if scope in wanted]


def needed(method: str, *, reading: str = READ, writing: str = SUBMIT) -> str:
    """The scope that a request of this method needs."""
    return reading if method in _SAFE else writing

"""Keys that make a form sent twice one purchase."""

from __future__ import annotations

import secrets

from django.http import HttpRequest

_KEY_MAX = 80


def new_key() -> str:
    """A key for the hidden field of a form."""
    return f"form:{secrets.token_hex(16)}"


def key_of(request: HttpRequest, *choice: str) -> str | None:
    """The form's key together with what was chosen: another choice on one page is another order."""
    given = request.POST.get("idempotency_key", "")
    return ":".join((given, *choice)) if 1 <= len(given) <= _KEY_MAX else None

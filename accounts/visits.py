"""Who knocks: the address of a request, as far as the operator's proxies vouch for it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from accounts.addresses import client_address


def address_of(request: HttpRequest) -> str:
    """The visitor's address, "" when unknown."""
    return client_address(
        peer=request.META.get("REMOTE_ADDR", ""),
        forwarded_for=request.headers.get("X-Forwarded-For", ""),
        proxies=settings.TRUSTED_PROXY_HOPS,
    )

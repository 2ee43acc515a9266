"""Who knocks: the address of a request as far as the operator's proxies vouch for it, and a device.

The device is a number we gave a browser in a signed cookie. It is a hint that links accounts, and
nothing that a browser says about itself: cookies are thrown away at will.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts.addresses import client_address, names_nobody, subnet

COOKIE = "device"
COOKIE_LIFETIME = timedelta(days=180)
_SALT = "accounts.device"


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a request came from; empty texts where nothing is known."""

    address: str = ""
    device: str = ""

    @property
    def counted_address(self) -> str:
        """The address, unless everybody here could have it."""
        return "" if names_nobody(self.address) else self.address

    @property
    def subnet(self) -> str:
        """The /24 or /64 of the address that counts."""
        return subnet(self.counted_address) if self.counted_address else ""


def address_of(request: HttpRequest) -> str:
    """The visitor's address, "" when unknown."""
    return client_address(
        peer=request.META.get("REMOTE_ADDR", ""),
        forwarded_for=request.headers.get("X-Forwarded-For", ""),
        proxies=settings.TRUSTED_PROXIES,
    )


def visit_of(request: HttpRequest) -> Visit:
    """Address and device of a request."""
    return Visit(address_of(request), device_of(request))


def device_of(request: HttpRequest) -> str:
    """The number in the signed cookie, "" without one of ours."""
    given = str(
        request.get_signed_cookie(
            COOKIE, default="", salt=_SALT, max_age=int(COOKIE_LIFETIME.total_seconds())
        )
    )
    return given if re.fullmatch(r"[0-9a-f]{32}", given) else ""


def give_device(response: HttpResponseBase, *, secure: bool) -> None:
    """Number the browser."""
    response.set_signed_cookie(
        COOKIE,
        secrets.token_hex(16),
        salt=_SALT,
        max_age=int(COOKIE_LIFETIME.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=secure,
    )

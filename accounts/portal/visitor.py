"""Who is asking, from where, and where a form goes back to."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User
from accounts.visits import address_of


def signed_in(request: HttpRequest) -> User:
    """The user behind a `login_required` view, as the type the services want."""
    return cast(User, request.user)


def network_address(request: HttpRequest) -> str | None:
    """The address the request comes from, None when there is none that can be read."""
    return address_of(request) or None


def back(request: HttpRequest, default: str) -> str:
    """Where the form's `next` leads, if that is on this site."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe and target else default

"""A page that fetches a part of itself after the session has ended goes to the sign-in page.

The browser would follow the redirect by itself, and the whole sign-in page would land in the part.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect


class SignInForPartsMiddleware:
    """Turns a redirect to the sign-in page into one of the whole window, back to where it was."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        sign_in = str(settings.LOGIN_URL)
        # Set by the middleware outside of this one.
        part = getattr(request, "htmx", None)
        leads_to = urlsplit(response.get("Location", "")).path
        if not part or response.status_code != 302 or leads_to != sign_in:
            return response
        # The address of the window, not of the part; only a path of ours is followed.
        back = part.current_url_abs_path or "/"
        return HttpResponseClientRedirect(f"{sign_in}?{urlencode({'next': back})}")

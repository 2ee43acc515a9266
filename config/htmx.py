"""A page that fetches a part of itself after the session has ended goes to the sign-in page.

The browser would follow the redirect by itself, and the whole sign-in page would land in the part.
"""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxMiddleware


class PartsMiddleware(HtmxMiddleware):
    """Reads htmx's headers; turns a part's redirect to the sign-in into one of the whole window."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = cast(HttpResponseBase, super().__call__(request))  # served synchronously
        sign_in = str(settings.LOGIN_URL)
        leads_to = urlsplit(response.get("Location", "")).path
        part = getattr(request, "htmx", None)
        if not part or response.status_code != 302 or leads_to != sign_in:
            return response
        # The address of the window, not of the part; only a path of ours is followed.
        back = part.current_url_abs_path or "/"
        return HttpResponseClientRedirect(f"{sign_in}?{urlencode({'next': back})}")

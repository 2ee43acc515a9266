"""Numbers a browser, once, on the pages where accounts are made and used."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from accounts.visits import device_of, give_device

_PAGES = ("/account/", "/wallet/")


class DeviceMiddleware:
    """Sets the signed cookie where it is missing; nothing is read from the browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path.startswith(_PAGES) and not device_of(request):
            give_device(response, secure=request.is_secure())
        return response

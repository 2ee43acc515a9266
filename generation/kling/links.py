"""Pictures at addresses: those made here are known by their link, others are fetched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from rest_framework.request import Request

from accounts.errors import InvalidRequest, NotFound
from generation.services.links import artifact_of_token


def fetcher(request: Request, *, now: datetime) -> Callable[[str, str], str]:
    """Turns the address of a picture into what our picture parameters take; the field is what a
    refusal names."""

    def fetched(url: str, field: str) -> str:
        token = _token_of_ours(url, host=request.get_host())
        if token is not None:
            return _made_here(token, field, now)
        raise InvalidRequest("", fields={field: "must be base64, or a link to a picture made here"})

    return fetched


def _token_of_ours(url: str, *, host: str) -> str | None:
    """What a link of this server's to a file says, None for another address.

    It is read, not followed: this server does not write to itself.
    """
    try:
        parts = urlsplit(url)
        match = resolve(parts.path) if parts.netloc == host else None
    except (ValueError, Resolver404):
        return None
    return match.kwargs["token"] if match is not None and match.url_name == "artifact" else None


def _made_here(token: str, field: str, now: datetime) -> str:
    """The id of a picture; whether it is the asking user's is checked where it is used."""
    try:
        return str(artifact_of_token(token, now=now).id)
    except NotFound as refusal:
        raise InvalidRequest("", fields={field: refusal.message}) from None

"""Links to pictures made here: read, not followed, for this server does not write to itself."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from rest_framework.request import Request

from accounts.errors import InvalidRequest, NotFound
from generation.services.links import artifact_of_token


def made_here(request: Request, *, now: datetime) -> Callable[[str, str], str | None]:
    """Turns the address of a picture made here into its id, and another into None; the field is
    what a refusal names."""

    # Callbacks name the public address, answers the one that was asked.
    hosts = {request.get_host(), urlsplit(settings.PUBLIC_URL).netloc}

    def known(url: str, field: str) -> str | None:
        token = _token_of_ours(url, hosts)
        return None if token is None else _id_of(token, field, now)

    return known


def _token_of_ours(url: str, hosts: Collection[str]) -> str | None:
    """What a link of this server's to a file says, None for another address."""
    try:
        parts = urlsplit(url)
        match = resolve(parts.path) if parts.netloc in hosts else None
    except (ValueError, Resolver404):
        return None
    return match.kwargs["token"] if match is not None and match.url_name == "artifact" else None


def _id_of(token: str, field: str, now: datetime) -> str:
    """The id of a picture; whether it is the asking user's is checked where it is used."""
    try:
        return str(artifact_of_token(token, now=now).id)
    except NotFound as refusal:
        raise InvalidRequest("", fields={field: refusal.message}) from None

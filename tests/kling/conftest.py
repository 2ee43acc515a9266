"""Programs written for Kling: against the running product, or in this process."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services.api_keys import create_api_key
from tests.kling.client import Kling

KlingOf = Callable[..., Kling]


class InProcess(httpx.BaseTransport):
    """Answers through Django's test client: in the database transaction of the test."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = Client(raise_request_exception=False).generic(
            request.method,
            request.url.raw_path.decode(),
            request.read(),
            content_type=request.headers.get("content-type", ""),
            headers=dict(request.headers),
        )
        return httpx.Response(
            answer.status_code, headers=list(answer.headers.items()), content=answer.content
        )


@pytest.fixture
def kling_of(catalogue: None) -> KlingOf:
    """Makes the program of someone, answered in this process; `terms` are the key's."""

    def make(user: User, base_url: str = "", **terms: object) -> Kling:
        made = create_api_key(user=user, name="kling", kling=True, now=timezone.now(), **terms)  # type: ignore[arg-type]
        assert made.kling is not None
        http = (
            httpx.Client(base_url=base_url, timeout=30)
            if base_url
            else httpx.Client(base_url="http://testserver", transport=InProcess())
        )
        return Kling(http, made.kling.access_key, made.kling.secret)

    return make

"""OpenAI's own client: against the running product, or answered in this process."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
import pytest
from django.test import Client
from django.utils import timezone
from openai import OpenAI

from accounts.models import User
from accounts.services.api_keys import create_api_key

OpenAIOf = Callable[..., OpenAI]


class InProcess(httpx2.BaseTransport):
    """Answers through Django's test client, in the database of the test. `between` runs after each
    answer, and may lose it: what it raises is what the client sees."""

    def __init__(self, between: Callable[[httpx2.Response], None] | None = None) -> None:
        self._between = between

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = Client(raise_request_exception=False).generic(
            request.method,
            request.url.raw_path.decode(),
            request.read(),
            content_type=request.headers.get("content-type", ""),
            headers=dict(request.headers),
        )
        content = b"".join(answer) if answer.streaming else answer.content
        response = httpx2.Response(
            answer.status_code, headers=list(answer.headers.items()), content=content
        )
        if self._between is not None:
            self._between(response)
        return response


@pytest.fixture
def openai_of(catalogue: None) -> OpenAIOf:
    """Makes the program of someone; answered in this process where no address is given."""

    def make(
        user: User,
        base_url: str = "",
        *,
        between: Callable[[httpx2.Response], None] | None = None,
        retries: int = 2,
        **terms: object,
    ) -> OpenAI:
        made = create_api_key(user=user, name="openai", now=timezone.now(), **terms)  # type: ignore[arg-type]
        if base_url:
            return OpenAI(api_key=made.secret, base_url=f"{base_url}/openai/v1", timeout=120)
        return OpenAI(
            api_key=made.secret,
            base_url="http://testserver/openai/v1",
            max_retries=retries,
            http_client=httpx2.Client(transport=InProcess(between)),
        )

    return make

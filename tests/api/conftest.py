"""A program with a key: JSON in, JSON out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User


class Program:
    """Speaks to the API with one key, through Django's own test client."""

    def __init__(self, secret: str) -> None:
        self._client = Client(headers={"authorization": f"Bearer {secret}"})

    def get(self, path: str, **headers: str) -> Any:
        """GET below /api/v1."""
        return self._client.get(f"/api/v1{path}", headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST JSON below /api/v1."""
        return self._client.post(
            f"/api/v1{path}", body, content_type="application/json", headers=headers
        )

    def put(self, path: str, body: Any = None) -> Any:
        """PUT JSON below /api/v1."""
        return self._client.put(f"/api/v1{path}", body, content_type="application/json")

    def delete(self, path: str) -> Any:
        """DELETE below /api/v1."""
        return self._client.delete(f"/api/v1{path}")


@pytest.fixture
def anna_api(anna: User, catalogue: None, key_of: Callable[[User], str]) -> Program:
    """Anna's program."""
    return Program(key_of(anna))


@pytest.fixture
def bert_api(bert: User, catalogue: None, key_of: Callable[[User], str]) -> Program:
    """Bert's program."""
    return Program(key_of(bert))


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document of a refusal, checked for its form."""
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["code"]) == (status, code), body
    assert response["Content-Type"] == "application/problem+json"
    assert body["status"] == status
    assert body["type"] == f"urn:inkling:problem:{code}"
    assert body["detail"]
    assert body["title"]
    return body

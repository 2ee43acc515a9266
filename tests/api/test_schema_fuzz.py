"""Whatever is sent, the API answers as its description says, and never with a 5xx."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from accounts.models import User

# `API_FUZZ_CASES=10000` for a night: so many in all.
CASES = int(os.environ.get("API_FUZZ_CASES", "0"))

document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
schema: Any = schemathesis.openapi.from_dict(document)
schema.app = WSGIHandler()
# Every bound of every field, one after the other: some 3 000 cases, for a night.
schema.config.phases.coverage.enabled = bool(CASES)
OPERATIONS = sum(1 for _ in schema.get_all_operations())
EACH = max(4, CASES // OPERATIONS)


def no_fault_of_ours(ctx: Any, response: Any, case: Case[Any]) -> None:
    """Nothing is a 5xx but that nobody answers at Stripe's address, which is so here."""
    if response.status_code >= 500:
        assert response.json()["code"] == "payments_unavailable", response.text


@pytest.fixture
def secret(rich_anna: User, key_of: Callable[[User], str]) -> Iterator[str]:
    """A key that may do everything; the connection outlives a request, as in Django's client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield key_of(rich_anna)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()  # type: ignore[untyped-decorator]
@settings(
    max_examples=EACH,
    deadline=None,
    derandomize=not CASES,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_described(case: Case[Any], secret: str) -> None:
    case.call_and_validate(
        headers={"Authorization": f"Bearer {secret}", "Host": "testserver"},
        checks=[no_fault_of_ours, response_schema_conformance, content_type_conformance],
    )

"""Keys, unknown addresses, wrong methods: every answer is a problem document."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import ApiKey, User
from accounts.services.api_keys import create_api_key, revoke_api_key
from tests.api.conftest import Program, refused

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer \x00"])
def test_without_a_live_key_nothing_is_told(authorization: str) -> None:
    response = Client(headers={"authorization": authorization}).get("/api/v1/wallet")
    refused(response, 401, "unauthenticated")
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_revoked_key_stops_at_once(anna: User) -> None:
    made = create_api_key(user=anna, name="laptop", now=NOW)
    program = Program(made.secret)
    assert program.get("/wallet").status_code == 200
    revoke_api_key(user=anna, key_id=made.key.id, now=NOW)
    refused(program.get("/wallet"), 401, "unauthenticated")


def test_a_barred_user_has_no_live_key(anna: User) -> None:
    program = Program(create_api_key(user=anna, name="laptop", now=NOW).secret)
    anna.is_active = False
    anna.save()
    refused(program.get("/wallet"), 401, "unauthenticated")


def test_only_a_hash_of_the_secret_is_kept(anna: User) -> None:
    secret = create_api_key(user=anna, name="laptop", now=NOW).secret
    row = ApiKey.objects.get()
    assert secret.startswith(row.prefix)
    kept = [str(value) for value in ApiKey.objects.values_list()[0]]
    assert not any(secret in value for value in kept)
    assert len(secret) >= 43


def test_unknown_addresses_and_methods(anna_api: Program) -> None:
    refused(anna_api.get("/nothing"), 404, "not_found")
    refused(anna_api.post("/wallet"), 405, "method_not_allowed")


def test_another_media_type_is_refused(anna: User) -> None:
    secret = create_api_key(user=anna, name="laptop", now=NOW).secret
    client = Client(headers={"authorization": f"Bearer {secret}"})
    response = client.post("/api/v1/jobs", "kind=image", content_type="text/plain")
    refused(response, 415, "unsupported_media_type")

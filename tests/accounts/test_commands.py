"""create_user, create_api_key, seed_demo."""

from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from accounts.models import User
from billing.launch import PRICE_LISTS
from billing.models import PriceList
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_user_with_a_key_can_use_the_api() -> None:
    said("create_user", "--email=Dora@Example.com", "--password=a-long-password", "--verified")
    secret = said("create_api_key", "--email=dora@example.com", "--name=laptop").strip()
    assert Program(secret).post("/wallet/claim").status_code == 200


def test_without_verified_the_address_waits() -> None:
    said("create_user", "--email=dora@example.com", "--password=a-long-password")
    assert not EmailAddress.objects.get().verified


def test_an_operator_may_open_the_desk() -> None:
    said("create_user", "--email=olga@example.com", "--password=a-long-password", "--operator")
    assert User.objects.get().is_staff


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["create_user", "--email=nonsense", "--password=x"], "not an e-mail address"),
        (["create_api_key", "--email=nobody@example.com", "--name=x"], "No user"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        said(*arguments)


def test_an_address_is_used_once() -> None:
    said("create_user", "--email=dora@example.com", "--password=a-long-password")
    with pytest.raises(CommandError, match="in use"):
        said("create_user", "--email=DORA@example.com", "--password=a-long-password")


def test_where_others_can_reach_the_server_there_are_no_demo_sign_ins(settings: Any) -> None:
    said("seed_demo")
    settings.DEMO_SIGN_INS = False
    assert "No demo sign-ins" in said("seed_demo")
    assert not User.objects.filter(is_active=True).exists()


def test_the_demo_may_be_seeded_again() -> None:
    first = said("seed_demo")
    assert said("seed_demo") == first
    assert User.objects.count() == 2
    assert PriceList.objects.count() == len(PRICE_LISTS)

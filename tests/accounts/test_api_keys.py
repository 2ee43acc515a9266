"""Keys: their terms, their two secrets in a rotation, and the tokens of a Kling pair."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import jwt
import pytest
from django.core.management import CommandError, call_command

from accounts.errors import AddressNotAllowed, InvalidRequest, KeyTooWeak, NotFound
from accounts.models import ApiKey, User
from accounts.services import api_keys
from accounts.services.api_keys import NewKey, change_api_key, create_api_key, rotate_api_key
from accounts.services.key_use import TokenRefused, find_api_key, find_by_token
from accounts.services.sealing import CannotUnseal, unseal

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
pytestmark = pytest.mark.django_db


@pytest.fixture
def key(anna: User) -> NewKey:
    return create_api_key(user=anna, name="shop", kling=True, now=NOW)


def test_after_a_rotation_both_secrets_work_until_the_overlap_ends(anna: User, key: NewKey) -> None:
    turned = rotate_api_key(user=anna, key_id=key.key.pk, overlap_hours=2, now=NOW)
    assert turned.secret != key.secret
    for secret in (key.secret, turned.secret):
        found = find_api_key(secret=secret, now=NOW + timedelta(hours=2, seconds=-1))
        assert found is not None
        assert found.pk == key.key.pk
    assert find_api_key(secret=key.secret, now=NOW + timedelta(hours=2)) is None
    assert find_api_key(secret=turned.secret, now=NOW + timedelta(hours=2)) is not None


def test_without_overlap_the_old_secret_ends_at_once(anna: User, key: NewKey) -> None:
    rotate_api_key(user=anna, key_id=key.key.pk, overlap_hours=0, now=NOW)
    assert find_api_key(secret=key.secret, now=NOW) is None


def test_the_second_rotation_ends_the_first_secret(anna: User, key: NewKey) -> None:
    second = rotate_api_key(user=anna, key_id=key.key.pk, overlap_hours=9, now=NOW)
    third = rotate_api_key(user=anna, key_id=key.key.pk, overlap_hours=9, now=NOW)
    live = [find_api_key(secret=made.secret, now=NOW) for made in (key, second, third)]
    assert [found is not None for found in live] == [False, True, True]


def test_revoking_stops_every_secret(anna: User, key: NewKey) -> None:
    turned = rotate_api_key(user=anna, key_id=key.key.pk, overlap_hours=9, now=NOW)
    api_keys.revoke_api_key(user=anna, key_id=key.key.pk, now=NOW)
    assert find_api_key(secret=key.secret, now=NOW) is None
    assert find_api_key(secret=turned.secret, now=NOW) is None
    assert turned.kling is not None
    with pytest.raises(TokenRefused):
        find_by_token(token=token(turned), now=NOW)
    with pytest.raises(NotFound):
        rotate_api_key(user=anna, key_id=key.key.pk, overlap_hours=0, now=NOW)


def test_a_key_ends_on_its_day(anna: User) -> None:
    made = create_api_key(user=anna, name="x", expires_at=NOW + timedelta(days=1), now=NOW)
    assert find_api_key(secret=made.secret, now=NOW + timedelta(hours=23)) is not None
    assert find_api_key(secret=made.secret, now=NOW + timedelta(days=1)) is None


def test_a_list_of_networks_holds(anna: User) -> None:
    made = create_api_key(
        user=anna, name="x", networks=["203.0.113.0/24", "2001:db8::/48"], now=NOW
    )
    for address in ("203.0.113.9", "2001:db8::9"):
        assert find_api_key(secret=made.secret, address=address, now=NOW) is not None
    for address in ("203.0.114.9", "2001:db9::9", ""):
        with pytest.raises(AddressNotAllowed):
            find_api_key(secret=made.secret, address=address, now=NOW)
    made.key.refresh_from_db()
    assert made.key.last_used_address == "2001:db8::9"  # a refusal is no use


def test_the_use_is_noted_with_its_address(anna: User, key: NewKey) -> None:
    find_api_key(secret=key.secret, address="203.0.113.9", now=NOW)
    find_api_key(secret=key.secret, address="203.0.113.9", now=NOW + timedelta(seconds=9))
    key.key.refresh_from_db()
    assert (key.key.last_used_at, key.key.last_used_address) == (NOW, "203.0.113.9")
    find_api_key(secret=key.secret, address="203.0.113.10", now=NOW + timedelta(seconds=9))
    key.key.refresh_from_db()
    assert key.key.last_used_address == "203.0.113.10"


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"name": "a\nb"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["root"]}, "scopes"),
        ({"scopes": ["keys"], "daily_cap_cp": 100}, "scopes"),
        ({"networks": ["10.0.0.1/8"]}, "networks"),
        ({"networks": [f"10.0.{n}.0/24" for n in range(51)]}, "networks"),
        ({"daily_cap_cp": 0}, "daily_cap"),
        ({"monthly_cap_cp": 10**20}, "monthly_cap"),
        ({"expires_at": NOW}, "expires_at"),
    ],
)
def test_terms_that_are_none(anna: User, key: NewKey, terms: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        create_api_key(**{"user": anna, "name": "x", "now": NOW, **terms})
    assert field in refused.value.fields
    with pytest.raises(InvalidRequest):
        change_api_key(user=anna, key_id=key.key.pk, changes=terms, now=NOW)
    assert ApiKey.objects.count() == 1
    key.key.refresh_from_db()
    assert key.key.name == "shop"


def test_a_cap_and_the_keys_scope_do_not_meet_by_a_detour(anna: User, key: NewKey) -> None:
    change_api_key(user=anna, key_id=key.key.pk, changes={"daily_cap_cp": 100}, now=NOW)
    with pytest.raises(InvalidRequest):
        change_api_key(user=anna, key_id=key.key.pk, changes={"scopes": ["keys"]}, now=NOW)


def test_a_key_gives_no_more_than_it_has(anna: User) -> None:
    end = NOW + timedelta(days=9)
    acting = create_api_key(
        user=anna, name="boss", scopes=["read", "keys"], networks=["10.0.0.0/8"],
        expires_at=end, now=NOW,
    ).key  # fmt: skip
    strong = create_api_key(user=anna, name="strong", now=NOW).key
    fits: dict[str, Any] = {
        "user": anna, "name": "child", "scopes": ["read"], "networks": ["10.1.0.0/16"],
        "expires_at": end, "acting": acting, "now": NOW,
    }  # fmt: skip
    child = create_api_key(**fits).key
    stronger: list[dict[str, Any]] = [
        {"scopes": ["submit"]}, {"networks": []}, {"networks": ["11.0.0.0/8"]},
        {"expires_at": None}, {"expires_at": end + timedelta(seconds=1)},
    ]  # fmt: skip
    for more in stronger:
        with pytest.raises(KeyTooWeak):
            create_api_key(**{**fits, **more})
    with pytest.raises(KeyTooWeak):  # its new secret would be a stronger key's
        rotate_api_key(user=anna, key_id=strong.pk, overlap_hours=0, acting=acting, now=NOW)
    with pytest.raises(KeyTooWeak):
        change_api_key(
            user=anna, key_id=child.pk, changes={"scopes": ["submit"]}, acting=acting, now=NOW
        )
    rotate_api_key(user=anna, key_id=child.pk, overlap_hours=0, acting=acting, now=NOW)


def test_anothers_key_is_not_there(bert: User, key: NewKey) -> None:
    with pytest.raises(NotFound):
        change_api_key(user=bert, key_id=key.key.pk, changes={"name": "mine"}, now=NOW)
    with pytest.raises(NotFound):
        rotate_api_key(user=bert, key_id=key.key.pk, overlap_hours=0, now=NOW)


# --- the Kling pair --------------------------------------------------------------------------


def token(made: NewKey, *, secret: str | None = None, **claims: Any) -> str:
    assert made.kling is not None
    body = {"iss": made.kling.access_key, "exp": AT + 1800, "nbf": AT - 5, **claims}
    body = {name: value for name, value in body.items() if value is not None}
    return jwt.encode(body, secret or made.kling.secret, algorithm="HS256")


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    parts = [urlsafe_b64encode(json.dumps(part).encode()).decode() for part in (header, claims)]
    return ".".join([*(part.rstrip("=") for part in parts), signature])


def test_a_signed_token_is_the_key(key: NewKey) -> None:
    assert find_by_token(token=token(key), now=NOW).pk == key.key.pk
    assert find_by_token(token=token(key, iat=AT, nbf=None), now=NOW).pk == key.key.pk


@pytest.mark.parametrize(
    ("claims", "fault"),
    [
        ({"exp": AT - 31}, "expired"),
        ({"exp": None}, "malformed"),
        ({"exp": "soon"}, "malformed"),
        ({"exp": True}, "malformed"),
        ({"exp": float("inf")}, "malformed"),
        ({"exp": AT + 3631}, "too_long"),
        ({"nbf": AT + 31}, "early"),
        ({"nbf": "now"}, "malformed"),
        ({"iss": "AK0"}, "unknown"),
        ({"iss": None}, "unknown"),
        ({"iss": "\x00"}, "unknown"),
    ],
)
def test_claims_that_open_nothing(key: NewKey, claims: dict[str, Any], fault: str) -> None:
    with pytest.raises(TokenRefused) as refused:
        find_by_token(token=token(key, **claims), now=NOW)
    assert refused.value.fault == fault


def test_the_clock_decides_at_the_second(key: NewKey) -> None:
    signed = token(key, exp=AT + 100)
    find_by_token(token=signed, now=NOW + timedelta(seconds=129))  # 30 s of leeway
    with pytest.raises(TokenRefused):
        find_by_token(token=signed, now=NOW + timedelta(seconds=130))


def test_no_other_algorithm_and_no_other_secret(anna: User, key: NewKey) -> None:
    assert key.kling is not None
    claims = {"iss": key.kling.access_key, "exp": AT + 60}
    longer = jwt.encode(claims, key.kling.secret * 2, algorithm="HS512")
    other = create_api_key(user=anna, name="other", kling=True, now=NOW).kling
    assert other is not None
    good = token(key)
    forged = [
        (unsigned({"alg": "none", "typ": "JWT"}, claims), "malformed"),
        (unsigned({"alg": "None"}, claims), "malformed"),
        (unsigned({"alg": "HS256"}, claims), "signature"),
        (longer, "malformed"),
        (token(key, secret=other.secret), "signature"),
        (token(key, secret=key.kling.access_key), "signature"),
        (good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1], "signature"),
        ("", "malformed"),
        ("a.b", "malformed"),
        ("a.b.c", "malformed"),
        (".".join(["x" * 900] * 3), "malformed"),
        ("é.è.ê", "malformed"),
    ]
    for text, fault in forged:
        with pytest.raises(TokenRefused) as refused:
            find_by_token(token=text, now=NOW)
        assert refused.value.fault == fault, text
    number = unsigned({"alg": "HS256"}, {"iss": 7, "exp": AT + 60}, "x")
    with pytest.raises(TokenRefused):
        find_by_token(token=number, now=NOW)
    odd: list[Any] = [[], "text", 7]
    for claims_at_fault in odd:
        with pytest.raises(TokenRefused):
            find_by_token(token=unsigned({"alg": "HS256"}, claims_at_fault, "x"), now=NOW)


def test_networks_hold_for_tokens_too(anna: User) -> None:
    made = create_api_key(user=anna, name="x", networks=["10.0.0.0/8"], kling=True, now=NOW)
    find_by_token(token=token(made), address="10.1.1.1", now=NOW)
    with pytest.raises(AddressNotAllowed):
        find_by_token(token=token(made), address="11.1.1.1", now=NOW)


def test_the_pairs_secret_is_encrypted_and_renewed_by_a_rotation(anna: User, key: NewKey) -> None:
    assert key.kling is not None
    row = ApiKey.objects.get()
    assert row.sealed_secret is not None
    assert key.kling.secret.encode() not in bytes(row.sealed_secret)
    assert unseal(bytes(row.sealed_secret)) == key.kling.secret
    turned = rotate_api_key(user=anna, key_id=row.pk, overlap_hours=9, now=NOW)
    with pytest.raises(TokenRefused):
        find_by_token(token=token(key), now=NOW)
    assert find_by_token(token=token(turned), now=NOW).pk == row.pk


def said(*arguments: str) -> list[str]:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue().split()


def test_the_encrypting_secret_can_be_changed(key: NewKey, settings: Any) -> None:
    settings.ENCRYPTION_SECRETS = ["new", settings.SECRET_KEY]
    assert find_by_token(token=token(key), now=NOW).pk == key.key.pk
    assert said("reseal_secrets")[1] == "1"
    settings.ENCRYPTION_SECRETS = ["new"]
    assert find_by_token(token=token(key), now=NOW).pk == key.key.pk
    settings.ENCRYPTION_SECRETS = ["another"]
    with pytest.raises(CommandError, match="ENCRYPTION_SECRETS"):
        said("reseal_secrets")
    with pytest.raises(CannotUnseal):
        find_by_token(token=token(key), now=NOW)


@pytest.fixture
def run_key(anna: User) -> Callable[..., list[str]]:
    return lambda *more: said("create_api_key", f"--email={anna.email}", "--name=k", *more)


def test_the_command_prints_the_pair_once(run_key: Callable[..., list[str]]) -> None:
    access_key, secret = run_key("--kling", "--scope=read", "--network=10.0.0.0/8")
    claims = {"iss": access_key, "exp": AT + 60}
    signed = jwt.encode(claims, secret, algorithm="HS256")
    found = find_by_token(token=signed, address="10.0.0.1", now=NOW)
    assert (found.scopes, found.networks) == (["read"], ["10.0.0.0/8"])
    with pytest.raises(CommandError):
        run_key("--scope=root")

"""No address but the one that was given out reaches a file, and that one reaches its own alone."""

from __future__ import annotations

import string
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from billing.services import daily_points
from generation.models import Artifact
from generation.services.links import artifact_path
from tests.jobs_by_hand import NOON, Submit, claimed, deliver
from tests.portal.conftest import Visitor
from tests.portal.conftest import as_user as as_user

pytestmark = pytest.mark.django_db
TOKEN = string.ascii_letters + string.digits + "-_:=./%~\0é"
MANY = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def two(anna: User, bert: User, submit: Submit) -> tuple[Artifact, Artifact]:
    """A picture of Anna's and one of Bert's, both marked."""
    made = []
    for user in (anna, bert):
        daily_points.claim(user=user, now=NOON)
        job = submit(user)
        deliver(claimed())
        made.append(Artifact.objects.get(job=job))
    return made[0], made[1]


def status(path: str, client: Client | None = None) -> int:
    return (client or Client()).get(path).status_code


def token_of(artifact: Artifact) -> str:
    return artifact_path(artifact, now=timezone.now()).rpartition("/")[2]


@given(data=st.data())
@MANY
def test_a_changed_token_opens_nothing(two: tuple[Artifact, Artifact], data: st.DataObject) -> None:
    token = token_of(two[0])
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from(TOKEN))
    kind = data.draw(st.sampled_from(["replace", "insert", "delete", "cut", "join"]))
    other = token_of(two[1])
    changed = {
        "replace": token[:at] + letter + token[at + 1 :],
        "insert": token[:at] + letter + token[at:],
        "delete": token[:at] + token[at + 1 :],
        "cut": token[:at],
        # The payload of one link with the signature of another.
        "join": other.partition(":")[0] + ":" + token.partition(":")[2],
    }[kind]
    if changed in (token, other):
        return
    assert status(f"/artifacts/{changed.replace('%', '%25')}") == 404


@given(token=st.text(alphabet=TOKEN, max_size=200))
@MANY
def test_made_up_tokens_open_nothing(two: tuple[Artifact, Artifact], token: str) -> None:
    assert status("/artifacts/" + token.replace("%", "%25").replace("\0", "%00")) in (404, 400)


@given(
    payload=st.one_of(
        st.none(),
        st.integers(),
        st.text(max_size=40),
        st.lists(st.one_of(st.text(max_size=40), st.integers(), st.none()), max_size=4),
        st.dictionaries(st.text(max_size=3), st.integers(), max_size=3),
    )
)
@MANY
def test_even_a_signed_payload_of_another_form_opens_nothing(
    two: tuple[Artifact, Artifact], payload: object
) -> None:
    token = signing.Signer(salt="generation.artifact").sign_object(payload)
    assert status(reverse("artifact", args=[token])) == 404


def test_signatures_of_other_purposes_open_nothing(two: tuple[Artifact, Artifact]) -> None:
    payload = [str(two[0].id), two[0].wallet_id, 2**40]
    for salt in ("", "django.core.signing", "generation.poster"):
        token = signing.Signer(salt=salt or None).sign_object(payload)
        assert status(f"/artifacts/{token}") == 404
    good = signing.Signer(salt="generation.artifact")
    for changed in (
        [str(two[0].id), two[1].wallet_id, 2**40],
        [str(uuid4()), two[0].wallet_id, 2**40],
        [str(two[0].id), two[0].wallet_id, 1],
    ):
        assert status(f"/artifacts/{good.sign_object(changed)}") == 404


def test_names_in_storage_are_no_addresses(two: tuple[Artifact, Artifact]) -> None:
    name = two[0].stored_name
    for path in (
        f"/artifacts/{name}",
        f"/artifacts/{name[:2]}/{name}",
        f"/media/{name}",
        f"/static/../artifacts/{name}",
        f"/artifacts/../{name}",
    ):
        assert status(path) == 404
    stem = name.partition(".")[0]
    assert len(stem) == 64
    assert stem not in str(two[1].stored_name)


def test_a_link_is_its_owners(two: tuple[Artifact, Artifact], as_user: Visitor) -> None:
    anna, bert = (artifact.job.user for artifact in two)
    path = artifact_path(two[0], now=timezone.now())
    assert status(path, as_user(anna)) == 200
    assert status(path) == 200  # a program, or a player of its own
    assert status(path, as_user(bert)) == 404  # passed on to somebody who is signed in here


def test_a_link_is_short_lived_and_dies_with_its_file(
    two: tuple[Artifact, Artifact], as_user: Visitor
) -> None:
    late = timezone.now() - timedelta(seconds=900 + 61)
    assert status(artifact_path(two[0], now=late)) == 404
    path = artifact_path(two[0], now=timezone.now())
    two[0].delete()
    assert status(path) == 404

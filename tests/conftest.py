"""What every test may use: the launch catalogue, and people."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import TransactionTestCase
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import User
from accounts.services.api_keys import create_api_key
from billing.services import daily_points
from billing.services.catalogue import load_launch_catalogue
from generation.models import Job
from generation.services.jobs import submit_job
from tests.emptying import empty
from tests.jobs_by_hand import NOON, Submit
from tests.live_stack import LiveStack, until

PASSWORD = "a-good-long-password"
Person = Callable[..., User]
TransactionTestCase._fixture_teardown = empty  # type: ignore[attr-defined]


@pytest.fixture
def catalogue(db: None) -> None:
    """The launch catalogue, as `make run` loads it."""
    load_launch_catalogue()


@pytest.fixture
def person(db: None) -> Person:
    """Makes people: `person("anna")` has a verified address, unless told otherwise."""

    def make(
        name: str, *, verified: bool = True, domain: str = "example.com", **fields: object
    ) -> User:
        user = User.objects.create_user(f"{name}@{domain}", PASSWORD, **fields)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=verified)
        return user

    return make


@pytest.fixture
def anna(person: Person) -> User:
    """Anna, with a verified address and no points yet."""
    return person("anna")


@pytest.fixture
def bert(person: Person) -> User:
    """Bert, likewise."""
    return person("bert")


@pytest.fixture
def paula(person: Person) -> User:
    """Paula, of the staff: she drafts prices."""
    return person("paula", is_staff=True)


@pytest.fixture
def quinn(person: Person) -> User:
    """Quinn, of the staff: the second person."""
    return person("quinn", is_staff=True)


@pytest.fixture(scope="session")
def demo_checkpoint(django_db_setup: None) -> Path:
    """The small checkpoint of the settings, built once."""
    folder = Path(settings.DEMO_CHECKPOINT)
    subprocess.run(
        [sys.executable, "-m", "generation.engine.demo_checkpoint", str(folder)],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="session")
def live_stack(
    demo_checkpoint: Path,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[LiveStack]:
    """The whole product, started once a session. Use it with committed data: `live`."""
    with django_db_blocker.unblock():
        stack = LiveStack(tmp_path_factory.mktemp("stack"))
        try:
            stack.start()
            yield stack
        finally:
            stack.stop()


@pytest.fixture
def live(live_stack: LiveStack, transactional_db: None) -> Iterator[LiveStack]:
    """The running product on an empty database with the launch catalogue; idle again after."""
    load_launch_catalogue()
    live_stack.resume()
    yield live_stack
    # A worker still at a job would write into the next test's rows.
    until(
        lambda: not Job.objects.filter(state__in=["queued", "running"]).exists(),
        "the end of every job",
    )
    live_stack.pause()


@pytest.fixture
def key_of() -> Callable[[User], str]:
    """The secret of a fresh API key of someone."""

    def make(user: User) -> str:
        return create_api_key(user=user, name="test", now=timezone.now()).secret

    return make


@pytest.fixture
def rich_anna(anna: User, catalogue: None) -> User:
    """Anna, who has claimed today's 66 points."""
    daily_points.claim(user=anna, now=NOON)
    return anna


@pytest.fixture
def submit(catalogue: None) -> Submit:
    """Submits a job and returns it."""

    def make(user: User, kind: str = "image", *, now: datetime = NOON, **options: object) -> Job:
        submitted = submit_job(
            user=user,
            kind=kind,
            params=options.pop("params", {"prompt": "a fox"}),
            idempotency_key=options.pop("key", None),  # type: ignore[arg-type]
            now=now,
            **options,  # type: ignore[arg-type]
        )
        return submitted.job

    return make

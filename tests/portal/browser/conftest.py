"""A real Chromium before the portal, with real mail files and, where asked for, a real worker."""

from __future__ import annotations

import contextlib
import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Playwright, expect
from pytest_django.live_server_helper import LiveServer

from billing.services.catalogue import load_launch_catalogue
from generation.errors import JobFinished
from generation.lifecycle import ACTIVE
from generation.models import Job
from generation.services.jobs import cancel_job

# What htmx says on the console of a request that the way to the next page cut off.
_CUT_OFF = ("htmx:afterRequest", "htmx:sendAbort")
# What a page comes to show, it may show late on a busy machine.
expect.set_options(timeout=20_000)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium(playwright: Playwright) -> str | None:
    """$CHROMIUM_PATH, then an installed Chromium, then the one Playwright downloaded."""
    explicit = os.environ.get("CHROMIUM_PATH")
    if explicit:
        return explicit
    installed = next((path for name in _NAMES if (path := shutil.which(name))), None)
    own = playwright.chromium.executable_path
    return installed or (own if Path(own).exists() else None)


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], playwright: Playwright
) -> dict[str, Any]:
    """How to start it. Without a browser: skipped loudly by hand, a failure in CI."""
    path = find_chromium(playwright)
    if path is None:
        said = "NO BROWSER FOUND: install Chromium or set CHROMIUM_PATH; browser tests did not run"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        warnings.warn(said, stacklevel=1)
        pytest.skip(said)
    # From here to the end of the session Playwright's event loop runs in this thread, and Django
    # would refuse the queries of every test after this one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # Chromium refuses to run its sandbox as root, as in containers.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": path, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A reader in Tokyo, an hour ahead of the points day, who asked for no motion."""
    return {
        **browser_context_args,
        "locale": "en-GB",
        "timezone_id": "Asia/Tokyo",
        "reduced_motion": "reduce",
    }


@pytest.fixture
def portal(
    transactional_db: None,
    live_server: LiveServer,
    settings: Any,
    tmp_path: Path,
) -> Iterator[str]:
    """The address of the portal; its mail is kept in files, as `make run` keeps it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    load_launch_catalogue()
    yield str(live_server.url)
    # A worker that another test started may be at a job: it must not outlive the test's rows.
    for job in Job.objects.filter(state__in=ACTIVE).select_related("user"):
        with contextlib.suppress(JobFinished):
            cancel_job(user=job.user, job_id=job.id, now=timezone.now())


@pytest.fixture
def clean_page(page: Page, portal: str) -> Iterator[Page]:
    """A tab that fails its test over any script error, blocked content or foreign request."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on(
        "console",
        lambda said: (
            faults.append(said.text)
            if said.type in ("error", "warning") and not said.text.startswith(_CUT_OFF)
            else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((portal, "data:", f"blob:{portal}"))
            else faults.append(request.url)
        ),
    )
    page.set_default_timeout(15_000)
    yield page
    assert faults == []

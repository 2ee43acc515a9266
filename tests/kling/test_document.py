"""docs/kling.md says what is so: its program runs, against the running product."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from billing.services import daily_points
from generation.kling.calls import CALLS
from generation.models import Job
from tests.conftest import Person
from tests.kling.conftest import KlingOf
from tests.live_stack import LiveStack

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "kling.md").read_text()


@pytest.mark.engine
def test_its_program_runs(live: LiveStack, person: Person, kling_of: KlingOf) -> None:
    anna = person("anna")
    daily_points.claim(user=anna, now=timezone.now())
    access, secret = kling_of(anna, live.url)._pair
    [program] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, Any] = {"HOST": live.url, "ACCESS_KEY": access, "SECRET_KEY": secret}
    exec(program, names)
    assert httpx.get(names["picture"]).headers["content-type"] == "image/png"
    assert Job.objects.get().captured_cp == 20


def test_its_table_has_every_call() -> None:
    assert all(f"`{call.path}`" in TEXT for call in CALLS)

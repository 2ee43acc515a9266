"""docs/openai.md says what is so: its program runs, against the running product."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from billing.services import daily_points
from generation.models import Job
from generation.openai.translation import CLIP_SIZES, PICTURE_SIZES
from tests.conftest import Person
from tests.live_stack import LiveStack
from tests.openai_dialect.conftest import OpenAIOf

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "openai.md").read_text()


@pytest.mark.engine
@pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning")
def test_its_program_runs(live: LiveStack, person: Person, openai_of: OpenAIOf) -> None:
    anna = person("anna")
    daily_points.claim(user=anna, now=timezone.now())
    [program] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, Any] = {"HOST": live.url, "API_KEY": openai_of(anna, live.url).api_key}
    exec(program, names)
    assert names["clip"][4:8] == b"ftyp"
    assert set(Job.objects.values_list("captured_cp", flat=True)) == {20, 1000}


def test_its_sizes_are_those_there_are() -> None:
    told = set(re.findall(r"[0-9]{3,4}x[0-9]{3,4}", TEXT))
    assert told <= PICTURE_SIZES.keys() | CLIP_SIZES.keys()
    assert CLIP_SIZES.keys() <= told

"""OpenAI's client for JavaScript. Runs where `OPENAI_NPM` names a folder in which
`npm install openai@7.57.0` was done; tests download nothing."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.utils import timezone

from billing.services.gifts import give_membership
from tests.conftest import Person
from tests.live_stack import LiveStack
from tests.openai_dialect.conftest import OpenAIOf
from tests.uploads import files

FOLDER = os.environ.get("OPENAI_NPM", "")
PROGRAM = Path(__file__).parent / "client.mjs"


@pytest.mark.engine
@pytest.mark.skipif(not FOLDER, reason="OPENAI_NPM names no folder with the client")
def test_the_client_for_javascript(live: LiveStack, person: Person, openai_of: OpenAIOf) -> None:
    anna = person("anna")
    give_membership(user=anna, plan="platinum", period="month", reason="test", now=timezone.now())
    program = Path(shutil.copy(PROGRAM, FOLDER))
    environment = {
        "PATH": os.environ["PATH"],
        "HOST": live.url,
        "API_KEY": openai_of(anna, live.url).api_key,
        "PHOTO": base64.b64encode(files.encoded(files.gradient(600, 400))).decode(),
    }
    done = subprocess.run(
        ["node", str(program)], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "models": ["main"],
        "picture": "iVBORw0K",
        "charged": "0.20",
        "events": ["image_generation.completed"],
        "status": "completed",
        "box": "ftyp",
        "longer": "10",
        "listed": 3,
        "refused": [400, "seconds", True],
        "deleted": True,
    }

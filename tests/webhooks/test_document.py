"""docs/webhooks.md: its example verifies what is sent, its table names every event."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from accounts.webhooks.event_types import EVENT_TYPES
from accounts.webhooks.signing import new_secret, signed_headers
from tests.jobs_by_hand import NOON

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text()


@pytest.fixture
def read_message() -> Any:
    [source] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(source, names)  # the page's own words
    return names["read_message"]


def test_the_example_verifies_what_is_sent_and_nothing_else(read_message: Any) -> None:
    old, new = new_secret(), new_secret()
    body = '{"id":"evt_1","type":"webhook.test","data":{"message":"狐狸"}}'
    headers = signed_headers(message_id="evt_1", at=NOON, body=body, secrets=[new, old])
    at = NOON.timestamp()
    for secret in (old, new):
        assert read_message(secret, headers, body.encode(), at + 299)["id"] == "evt_1"
    for secret, told, when in (
        (new_secret(), body, at),
        (new, body.replace("evt_1", "evt_2"), at),
        (new, body, at + 301),
        (new, body, at - 301),
    ):
        with pytest.raises(ValueError, match=r"signed|old"):
            read_message(secret, headers, told.encode(), when)


def test_the_table_names_every_event() -> None:
    rows = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|.*\| (yes)? ?\|$", PAGE, re.MULTILINE)
    assert rows == [(kind.name, "yes" if kind.about_money else "") for kind in EVENT_TYPES]

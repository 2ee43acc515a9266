"""The README's configuration table is the list in config/env.py, word for word."""

import logging
import logging.config
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.env import VARIABLES, Env

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()


def test_the_table_is_the_list() -> None:
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (.*?) \| (.*?) \|$", README, re.MULTILINE)
    assert rows == [(item.name, item.default or "–", item.help) for item in VARIABLES]


@pytest.mark.parametrize(
    ("values", "read"),
    [
        ({"INKLING_PORT": "eighty"}, lambda env: env.integer("INKLING_PORT", 1)),
        ({"POINTS_DAY_TZ": "Mars/Base"}, lambda env: env.zone("POINTS_DAY_TZ", "UTC")),
        ({"ENGINE_IMAGE_REVISION": "main"}, lambda env: env.revision("ENGINE_IMAGE_REVISION")),
        ({"GPU_DAY_BUDGET_MINOR": "-5"}, lambda env: env.integer("GPU_DAY_BUDGET_MINOR", 0)),
        ({"LOG_LEVEL": "banana"}, lambda env: env.choice("LOG_LEVEL", "INFO", ("INFO",))),
        ({"ENGINE_DEVICE": "banana"}, lambda env: env.device("ENGINE_DEVICE")),
        ({"ENGINE_IMAGE_MODEL": "/nope"}, lambda env: env.model("ENGINE_IMAGE_MODEL", "x")),
        ({"ENGINE_IMAGE_MODEL": "org/name"}, lambda env: env.model("ENGINE_IMAGE_MODEL", "x")),
        ({"DATABASE_URL": "mysql://x/y"}, lambda env: env.database("DATABASE_URL")),
    ],
)
def test_a_wrong_value_stops_the_start_with_its_name(values: dict[str, str], read: object) -> None:
    with pytest.raises(ImproperlyConfigured, match=next(iter(values))):
        read(Env(values))  # type: ignore[operator]


def test_an_undocumented_variable_cannot_be_read() -> None:
    with pytest.raises(KeyError, match="SECRET_SAUCE"):
        Env({}).string("SECRET_SAUCE")


def test_a_traceback_reaches_the_log() -> None:
    """It was printed as the address of an object, which tells nobody anything."""
    configured: Any = settings.LOGGING
    formatter = logging.config.dictConfigClass(configured).configure_formatter(
        configured["formatters"]["line"]
    )
    try:
        raise ZeroDivisionError("told")
    except ZeroDivisionError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "boom", (), sys.exc_info())
    line = formatter.format(record)
    assert "Traceback" in line
    assert "ZeroDivisionError: told" in line

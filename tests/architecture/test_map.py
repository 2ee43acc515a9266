"""docs/map.md is true: every file and name it points at exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAP = (ROOT / "docs" / "map.md").read_text()


def test_every_path_on_the_map_exists() -> None:
    paths = re.findall(r"`([\w./-]+/[\w./-]+|Makefile|README\.md)`", MAP)
    assert len(paths) > 30
    missing = [path for path in paths if not (ROOT / path).exists()]
    assert missing == []


def test_every_name_on_the_map_is_in_its_file() -> None:
    """Written as `path::name`."""
    named = re.findall(r"`([\w./-]+)::(\w+)`", MAP)
    assert len(named) > 20
    wrong = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).exists() or not re.search(rf"\b{name}\b", (ROOT / path).read_text())
    ]
    assert wrong == []

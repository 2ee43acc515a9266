"""Forms whose names carry brackets."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.errors import InvalidRequest
from generation.openai.bodies import unflattened


@pytest.mark.parametrize(
    ("fields", "whole"),
    [
        ([("a", "1"), ("b", "2")], {"a": "1", "b": "2"}),
        ([("a[b]", "1"), ("a[c][d]", "2")], {"a": {"b": "1", "c": {"d": "2"}}}),
        ([("a[]", "1"), ("a[]", "2")], {"a": ["1", "2"]}),
        ([("a[b][]", "1")], {"a": {"b": ["1"]}}),
    ],
)
def test_what_names_mean(fields: Any, whole: object) -> None:
    assert unflattened(fields) == whole


@pytest.mark.parametrize(
    "fields",
    [
        [("a", "1"), ("a", "2")],
        [("a", "1"), ("a[b]", "2")],
        [("a[b]", "1"), ("a", "2")],
        [("a[]", "1"), ("a[b]", "2")],
        [("a[b]", "1"), ("a[]", "2")],
        [("a[][b]", "1")],
        [("[a]", "1")],
        [("a[b", "1")],
        [("", "1")],
        [("a" + "[b]" * 5, "1")],
        [(f"a{n}", "1") for n in range(201)],
    ],
)
def test_what_is_refused(fields: Any) -> None:
    with pytest.raises(InvalidRequest):
        unflattened(fields)

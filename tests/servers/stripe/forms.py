"""Read form-encoded bodies and queries the way Stripe does: `a[b][0]=c` is nested."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

BRACKET = re.compile(r"\[([^\]]*)\]")


def parse_form(text: str) -> dict[str, Any]:
    """Nested dictionaries of text; a list is a dictionary with numbers for keys."""
    result: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, strict_parsing=False):
        head, _, rest = name.partition("[")
        keys = [head, *BRACKET.findall(f"[{rest}")] if rest else [head]
        _place(result, keys, value)
    return result


def _place(into: dict[str, Any], keys: list[str], value: str) -> None:
    *path, last = keys
    for key in path:
        nested = into.get(key)
        if not isinstance(nested, dict):
            nested = into[key] = {}
        into = nested
    if last == "":  # `expand[]=a&expand[]=b`
        into.setdefault("", []).append(value)
    else:
        into[last] = value

"""What stands in the query of a list. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from accounts.errors import InvalidRequest
from generation.kling_units import MILLISECONDS_MAX, moment

PAGE_NUM_MAX, PAGE_SIZE_MAX, PAGE_SIZE = 1000, 500, 30


def page_of(query: Mapping[str, str]) -> tuple[int, int]:
    """From which place in the list to which. Raises InvalidRequest."""
    faults: dict[str, str] = {}
    num = _whole(query, "pageNum", 1, PAGE_NUM_MAX, faults, default=1)
    size = _whole(query, "pageSize", 1, PAGE_SIZE_MAX, faults, default=PAGE_SIZE)
    if faults:
        raise InvalidRequest("The page was not understood.", fields=faults)
    return (num - 1) * size, num * size


def span_of(query: Mapping[str, str]) -> tuple[datetime, datetime]:
    """From which moment to which; both must be given. Raises InvalidRequest."""
    faults: dict[str, str] = {}
    start = _whole(query, "start_time", 0, MILLISECONDS_MAX, faults)
    end = _whole(query, "end_time", 0, MILLISECONDS_MAX, faults)
    if not faults and end < start:
        faults["end_time"] = "is before start_time"
    if "\x00" in query.get("resource_pack_name", ""):
        faults["resource_pack_name"] = "must be printable"
    if faults:
        raise InvalidRequest("The time was not understood.", fields=faults)
    return moment(start), moment(end)


def _whole(
    query: Mapping[str, str],
    name: str,
    least: int,
    most: int,
    faults: dict[str, str],
    default: int | None = None,
) -> int:
    text = query.get(name)
    if text is None and default is not None:
        return default
    text = text or ""
    # Digits that nobody could count are not counted.
    if text.isascii() and text.isdigit() and len(text) <= 20 and least <= int(text) <= most:
        return int(text)
    faults[name] = f"must be a whole number from {least} to {most}"
    return least

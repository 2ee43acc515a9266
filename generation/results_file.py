"""Reads a file of counts, row by row, and says which line is wrong and why. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

BYTES_MAX = 1_000_000
ROWS_MAX = 10_000
SOURCE_MAX = 40
_NEEDED = ("artifact", "impressions", "clicks")
_COLUMNS = (*_NEEDED, "source", "day")
_COUNT = re.compile(r"[0-9]{1,12}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ResultRow:
    """Counts of a piece; `line` is where they stand in the file."""

    line: int
    artifact_id: UUID
    source: str
    day: date | None
    impressions: int
    clicks: int

    @property
    def key(self) -> tuple[UUID, str, date | None]:
        """What is counted once."""
        return self.artifact_id, self.source, self.day


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line: an English sentence, for whoever shows it to translate, and what
    stands in it."""

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence % self.values


class BadFile(Exception):
    """The file cannot be taken: `faults` by line."""

    def __init__(self, faults: Mapping[int, Fault]) -> None:
        super().__init__("; ".join(f"line {line}: {fault}" for line, fault in faults.items()))
        self.faults = faults


# Every sentence there is; a test holds them translated.
TOO_LARGE = "the file has more than %(most)d bytes"
NOT_TEXT = "this is not UTF-8 text"
HAS_NUL = "contains a NUL character"
SAME_AS = "the same piece, source and day as in line %(line)d"
TOO_MANY = "more than %(most)d rows"
NO_ROWS = "no rows follow the header"
UNREADABLE = "cannot be read as CSV"
MISSING = "the column %(name)s is missing"
UNKNOWN = "the column %(name)s is not known"
TWICE = "the column %(name)s stands twice"
CELLS = "has %(cells)d cells, the header has %(columns)d"
NO_ID = "artifact is not the id of a piece"
NO_COUNT = "%(name)s must be a whole number from 0, without separators"
TOO_MANY_CLICKS = "clicks are more than impressions"
BAD_SOURCE = "source must be at most %(most)d printable characters"
BAD_DAY = "day must be like 2026-11-23"
NO_DAY = "there is no such day"
NOT_OURS = "is not a piece of this campaign"
BOTH_WAYS = "this source has told counts of this piece by day and in all: choose one"
SENTENCES = (
    TOO_LARGE, NOT_TEXT, HAS_NUL, SAME_AS, TOO_MANY, NO_ROWS, UNREADABLE, MISSING, UNKNOWN, TWICE,
    CELLS, NO_ID, NO_COUNT, TOO_MANY_CLICKS, BAD_SOURCE, BAD_DAY, NO_DAY, NOT_OURS, BOTH_WAYS,
)  # fmt: skip


def read_results(data: bytes) -> list[ResultRow]:
    """The rows of a CSV file. Raises BadFile with every line at fault.

    UTF-8, comma-separated, a header first: artifact, impressions, clicks, and if told source and
    day (2026-11-23). Empty lines are passed over.
    """
    if len(data) > BYTES_MAX:
        raise BadFile({1: Fault(TOO_LARGE, {"most": BYTES_MAX})})
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadFile({line: Fault(NOT_TEXT)}) from None
    if "\x00" in text:
        raise BadFile({text[: text.index("\x00")].count("\n") + 1: Fault(HAS_NUL)})
    lines = _lines(text)
    header_line, header = next(lines, (1, []))
    columns = _columns(header_line, header)
    rows: list[ResultRow] = []
    faults: dict[int, Fault] = {}
    seen: dict[object, int] = {}
    for line, cells in lines:
        row = _row(line, columns, cells)
        if isinstance(row, Fault):
            faults[line] = row
        elif row.key in seen:
            faults[line] = Fault(SAME_AS, {"line": seen[row.key]})
        else:
            seen[row.key] = line
            rows.append(row)
        if len(rows) > ROWS_MAX:
            raise BadFile({line: Fault(TOO_MANY, {"most": ROWS_MAX})})
    if faults:
        raise BadFile(faults)
    if not rows:
        raise BadFile({header_line: Fault(NO_ROWS)})
    return rows


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not empty, with its number."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise BadFile({line: Fault(UNREADABLE)}) from None
        if any(cell.strip() for cell in cells):
            yield line, [cell.strip() for cell in cells]


def _columns(line: int, header: list[str]) -> list[str]:
    columns = [name.lower() for name in header]
    missing = [name for name in _NEEDED if name not in columns]
    unknown = [name for name in columns if name not in _COLUMNS]
    twice = [name for name in _COLUMNS if columns.count(name) > 1]
    for sentence, names in ((MISSING, missing), (UNKNOWN, unknown), (TWICE, twice)):
        if names:
            # A header has one line: its first fault is told.
            raise BadFile({line: Fault(sentence, {"name": names[0][:40]})})
    return columns


def _row(line: int, columns: list[str], cells: list[str]) -> ResultRow | Fault:
    """The row, or what is wrong with it."""
    if len(cells) != len(columns):
        return Fault(CELLS, {"cells": len(cells), "columns": len(columns)})
    told = dict(zip(columns, cells, strict=True))
    try:
        artifact_id = UUID(told["artifact"])
    except ValueError:
        return Fault(NO_ID)
    counts = []
    for name in ("impressions", "clicks"):
        if not _COUNT.fullmatch(told[name]):
            return Fault(NO_COUNT, {"name": name})
        counts.append(int(told[name]))
    impressions, clicks = counts
    if clicks > impressions:
        return Fault(TOO_MANY_CLICKS)
    source = told.get("source", "")
    if len(source) > SOURCE_MAX or not source.isprintable():
        return Fault(BAD_SOURCE, {"most": SOURCE_MAX})
    day = _day(told.get("day", ""))
    if isinstance(day, Fault):
        return day
    return ResultRow(line, artifact_id, source, day, impressions, clicks)


def _day(text: str) -> date | Fault | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else Fault(BAD_DAY)
    except ValueError:
        return Fault(NO_DAY)

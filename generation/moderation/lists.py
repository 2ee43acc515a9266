"""Lists of rules as CSV: read with a fault for each line, written so that they can be read again.

Columns: id, pattern, category, action, near, scope, note. `pattern` and `near` hold alternatives
with `|` between them. Pure.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from generation.moderation.normal import is_cjk, normal
from generation.moderation.types import ACTIONS, CATEGORIES, SCOPES, Action, Category, Rule, Scope

COLUMNS = ("id", "pattern", "category", "action", "near", "scope", "note")
_NEEDED = frozenset(COLUMNS[:4])
LINES_MAX = 100_000
BYTES_MAX = 20_000_000
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_PATTERN_MAX = 200
# Shorter ones are found in ordinary words everywhere.
_LETTERS_MIN, _CJK_MIN = 3, 2

_Say = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one line, counted as an editor counts: the heading is line 1."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class ReadList:
    """Rules read from a file; with a fault in it, none of them may be used."""

    rules: tuple[Rule, ...]
    faults: tuple[Fault, ...]


def read_rules(data: bytes) -> ReadList:
    """Rules in a CSV file, or everything that is wrong with it."""
    if len(data) > BYTES_MAX:
        return _unread(f"larger than {BYTES_MAX} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return ReadList((), (Fault(line, "file", "is not UTF-8"),))
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    faults: list[Fault] = []
    rules: dict[str, Rule] = {}
    try:
        columns = reader.fieldnames or []
        missing = [name for name in COLUMNS if name in _NEEDED and name not in columns]
        unknown = [name for name in columns if name not in COLUMNS]
        if missing or unknown:
            said = [f"has no column {name!r}" for name in missing]
            said += [f"has an unknown column {name!r}" for name in unknown]
            return _unread("; ".join(said))
        for row in reader:
            _read_row(row, reader.line_num, rules, faults)
            if len(rules) > LINES_MAX:
                return _unread(f"has more than {LINES_MAX} rules")
    except csv.Error as error:
        faults.append(Fault(reader.line_num + 1, "file", str(error)))  # that of the last good row
    if not rules and not faults:
        return _unread("holds no rule")
    return ReadList(tuple(rules.values()), tuple(faults))


def write_rules(rules: Iterable[Rule]) -> str:
    """The same rules as a CSV file."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for rule in rules:
        patterns, near = "|".join(rule.patterns), "|".join(rule.near)
        writer.writerow(
            [rule.id, patterns, rule.category, rule.action, near, rule.scope, rule.note]
        )
    return file.getvalue()


def _unread(message: str) -> ReadList:
    return ReadList((), (Fault(1, "file", message),))


def _read_row(
    row: Mapping[str | None, object], line: int, rules: dict[str, Rule], faults: list[Fault]
) -> None:
    before = len(faults)

    def fault(column: str, message: str) -> None:
        faults.append(Fault(line, column, message))

    if None in row:
        fault("file", "has more cells than columns")
    cells = {name: str(row.get(name) or "").strip() for name in COLUMNS}
    rule_id = cells["id"]
    if not _ID.fullmatch(rule_id):
        fault("id", "must be 1 to 60 of a-z, 0-9, '.', '_', '-'")
    elif rule_id in rules:
        fault("id", f"{rule_id!r} stands here twice")
    if "\x00" in "".join(cells.values()):
        fault("file", "holds NUL characters")
    category, action, scope = cells["category"], cells["action"], cells["scope"] or "all"
    _one_of("category", category, CATEGORIES, fault)
    _one_of("action", action, ACTIONS, fault)
    _one_of("scope", scope, SCOPES, fault)
    patterns = _alternatives("pattern", cells["pattern"], fault)
    if not patterns:
        fault("pattern", "is empty")
    near = _alternatives("near", cells["near"], fault)
    if len(cells["note"]) > _PATTERN_MAX:
        fault("note", f"is longer than {_PATTERN_MAX} characters")
    if len(faults) == before:
        rules[rule_id] = Rule(
            rule_id, patterns, cast(Category, category), cast(Action, action), near,
            cast(Scope, scope), cells["note"],
        )  # fmt: skip


def _one_of(column: str, value: str, known: tuple[str, ...], fault: _Say) -> None:
    if value not in known:
        fault(column, f"must be one of {', '.join(known)}, not {value!r}")


def _alternatives(column: str, cell: str, fault: _Say) -> tuple[str, ...]:
    patterns = tuple(dict.fromkeys(part.strip() for part in cell.split("|") if part.strip()))
    for pattern in patterns:
        read = normal(pattern.rstrip("*"))
        letters = read.replace(" ", "")
        if len(pattern) > _PATTERN_MAX:
            fault(column, f"{pattern[:20]!r}… is longer than {_PATTERN_MAX} characters")
        elif len(letters) < (_CJK_MIN if any(map(is_cjk, letters)) else _LETTERS_MIN):
            fault(column, f"{pattern!r} is too short: it would be found everywhere")
    return patterns

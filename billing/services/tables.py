"""Tables as CSV, safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV, with the mark that tells spreadsheet programs that it is UTF-8."""
    target = io.StringIO()
    target.write("\ufeff")
    csv.writer(target).writerows([_plain(cell) for cell in row] for row in rows)
    return target.getvalue()


def _plain(cell: object) -> object:
    """Text that a spreadsheet program would compute is made text again; numbers stay numbers."""
    if isinstance(cell, str) and cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell

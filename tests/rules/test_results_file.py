"""The file of counts: read row by row, and what is wrong with it is told by line."""

from __future__ import annotations

from datetime import date

import pytest

from generation.results_file import BYTES_MAX, ROWS_MAX, BadFile, read_results

ID = "6b1f7b1e-8a3e-5b44-9d2a-0c5a5d1f4a66"
OTHER = "7b1f7b1e-8a3e-5b44-9d2a-0c5a5d1f4a66"
HEADER = "artifact,impressions,clicks,source,day\n"


def faults(text: str | bytes) -> dict[int, str]:
    with pytest.raises(BadFile) as bad:
        read_results(text if isinstance(text, bytes) else text.encode())
    return {line: str(fault) for line, fault in bad.value.faults.items()}


def test_rows_are_read() -> None:
    rows = read_results(f"{HEADER}{ID},1000,25,feed,2026-11-23\n\n{OTHER},0,0,,\n".encode())
    assert [(row.line, row.impressions, row.clicks, row.source, row.day) for row in rows] == [
        (2, 1000, 25, "feed", date(2026, 11, 23)),
        (4, 0, 0, "", None),
    ]


def test_the_order_of_columns_a_mark_and_quotes_do_not_matter() -> None:
    text = f'\ufeffClicks,"Artifact", IMPRESSIONS \r\n"3",{ID},"9"\r\n'
    [row] = read_results(text.encode())
    assert (row.clicks, row.impressions, str(row.artifact_id)) == (3, 9, ID)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("x,1,1,,", "artifact is not the id of a piece"),
        (f"{ID},-1,1,,", "impressions must be a whole number from 0, without separators"),
        (f"{ID},1.5,1,,", "impressions must be a whole number from 0, without separators"),
        (f'{ID},"1,000",1,,', "impressions must be a whole number from 0, without separators"),
        (f"{ID},١,1,,", "impressions must be a whole number from 0, without separators"),
        (f"{ID},9,1e3,,", "clicks must be a whole number from 0, without separators"),
        (
            f"{ID},9999999999999,1,,",
            "impressions must be a whole number from 0, without separators",
        ),
        (f"{ID},1,2,,", "clicks are more than impressions"),
        (f"{ID},1,1,,23.11.2026", "day must be like 2026-11-23"),
        (f"{ID},1,1,,2026-02-30", "there is no such day"),
        (f"{ID},1,1,{'x' * 41},", "source must be at most 40 printable characters"),
        (f"{ID},1,1", "has 3 cells, the header has 5"),
    ],
)
def test_a_wrong_row_is_named_by_its_line(row: str, fault: str) -> None:
    assert faults(f"{HEADER}{OTHER},5,1,,\n{row}\n") == {3: fault}


def test_every_wrong_row_is_named() -> None:
    assert list(faults(f"{HEADER}x,1,1,,\n{ID},1,1,,\n{ID},0,1,,\n{ID},1,0,,\n")) == [
        2,
        4,
        5,
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {1: "the column artifact is missing"}),
        ("artifact,impressions\n", {1: "the column clicks is missing"}),
        ("artifact,impressions,clicks,sorce\n", {1: "the column sorce is not known"}),
        ("artifact,impressions,clicks,clicks\n", {1: "the column clicks stands twice"}),
        ("artifact,impressions,clicks\n", {1: "no rows follow the header"}),
        ("a\x00b", {1: "contains a NUL character"}),
    ],
)  # fmt: skip
def test_a_file_that_is_none(text: str, expected: dict[int, str]) -> None:
    assert faults(text) == expected


def test_other_bytes_are_refused() -> None:
    assert faults(HEADER.encode() + "来源".encode("gb18030")) == {2: "this is not UTF-8 text"}
    assert faults(b"x" * (BYTES_MAX + 1)) == {1: "the file has more than 1000000 bytes"}
    assert "cannot be read as CSV" in faults(f'{HEADER}{ID},1,1,"open,\n')[2]


def test_too_many_rows_are_refused() -> None:
    row = "{:08x}-8a3e-5b44-9d2a-0c5a5d1f4a66,9,1\n"
    text = "artifact,impressions,clicks\n" + "".join(row.format(n) for n in range(ROWS_MAX + 1))
    assert list(faults(text).values()) == [f"more than {ROWS_MAX} rows"]

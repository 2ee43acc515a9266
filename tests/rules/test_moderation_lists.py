"""Lists of rules as CSV: every fault with its line, nothing half-read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.moderation.lists import read_rules, write_rules
from generation.moderation.starter import RULES

HEAD = "id,pattern,category,action,near,scope,note\n"


def faults(text: str) -> list[str]:
    return [str(fault) for fault in read_rules(text.encode()).faults]


def test_what_is_written_can_be_read() -> None:
    read = read_rules(write_rules(RULES).encode())
    assert (read.rules, read.faults) == (RULES, ())


def test_a_spreadsheets_file_can_be_read() -> None:
    """Excel puts a mark in front, ends lines its own way and leaves cells out."""
    text = '\ufeffid,pattern,category,action\r\na1,"two, words|另一个",other,block\r\n'
    [rule] = read_rules(text.encode()).rules
    assert (rule.patterns, rule.near, rule.scope) == (("two, words", "另一个"), (), "all")


def test_each_fault_has_its_line_and_column() -> None:
    assert faults(
        HEAD
        + "ok,fine words,other,block,,,\n"
        + "Bad Id,fine words,other,block,,,\n"
        + "ok,again words,other,block,,,\n"
        + "c,,other,block,,,\n"
        + "d,x,nonsense,kill,,everywhere,\n"
    ) == [
        "line 3, id: must be 1 to 60 of a-z, 0-9, '.', '_', '-'",
        "line 4, id: 'ok' stands here twice",
        "line 5, pattern: is empty",
        "line 6, category: must be one of sexual_minors, sexual, gore, hate, self_harm, weapons, "
        "political_impersonation, extremism, other, not 'nonsense'",
        "line 6, action: must be one of block, review, log, allow, not 'kill'",
        "line 6, scope: must be one of all, prompt, not 'everywhere'",
        "line 6, pattern: 'x' is too short: it would be found everywhere",
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "has no column 'id'"),
        (b"id,pattern\na,b\n", "has no column 'category'; has no column 'action'"),
        (HEAD.encode() + b"a,\xff\xfe,other,block\n", "line 2, file: is not UTF-8"),
        (HEAD.encode(), "holds no rule"),
        (b"id,pattern,category,action,color\n", "has an unknown column 'color'"),
        (HEAD.encode() + b'a,"never closed,other,block\n', "line 2, file: unexpected end of data"),
        (HEAD.encode() + b"a,abc,other,block,,,,,,\n", "has more cells than columns"),
    ],
)
def test_files_that_are_no_list(data: bytes, said: str) -> None:
    [fault] = read_rules(data).faults
    assert said in str(fault)


@given(st.binary(max_size=300))
def test_any_file_is_answered(data: bytes) -> None:
    read = read_rules(data)
    assert read.faults or read.rules

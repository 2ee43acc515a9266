"""Points as text: two decimals, never rounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.types import format_points, parse_points


@pytest.mark.parametrize(
    ("cp", "text"), [(0, "0.00"), (20, "0.20"), (6580, "65.80"), (1000, "10.00"), (-5, "-0.05")]
)
def test_format(cp: int, text: str) -> None:
    assert format_points(cp) == text


@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_parse_reads_back_what_format_wrote(cp: int) -> None:
    assert parse_points(format_points(cp)) == cp


@pytest.mark.parametrize(("text", "cp"), [("65.8", 6580), (" 7 ", 700), ("0.05", 5)])
def test_parse_accepts_what_people_write(text: str, cp: int) -> None:
    assert parse_points(text) == cp


@pytest.mark.parametrize("text", ["", "1.234", "1e3", "1,5", "--1", "١", ".5", "1."])
def test_parse_never_guesses(text: str) -> None:
    with pytest.raises(ValueError, match="points"):
        parse_points(text)

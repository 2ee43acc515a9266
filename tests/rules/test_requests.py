"""Reading a request: each fault is named by its field."""

import hashlib

import pytest

from accounts.errors import InvalidRequest
from generation.requests import read_request
from generation.types import SEED_MAX, part_of, piece_seed


def faults(kind: object, params: object) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refused:
        read_request(kind, params)
    return refused.value.fields


def test_a_good_request() -> None:
    read = read_request("image", {"prompt": "  a fox ", "seed": 7})
    assert (read.kind, read.values) == ("image", {"prompt": "a fox", "seed": 7})
    assert (read.seconds, read.quality, read.relaxed) == (0, "", False)


@pytest.mark.parametrize("kind", ["imag", "", None, 3, ["image"]])
def test_unknown_kinds(kind: object) -> None:
    assert "kind" in faults(kind, {"prompt": "a fox"})


@pytest.mark.parametrize("params", [None, [], "a fox", 3])
def test_params_must_be_an_object(params: object) -> None:
    assert set(faults("image", params)) == {"params"}


@pytest.mark.parametrize("prompt", [None, "", "   ", 3, ["x"], "x" * 2501, "a\x00b", "\ud800"])
def test_bad_prompts(prompt: object) -> None:
    assert set(faults("image", {"prompt": prompt})) == {"params.prompt"}


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "7", True])
def test_bad_seeds(seed: object) -> None:
    assert set(faults("video", {"prompt": "a fox", "seed": seed})) == {"params.seed"}


def test_all_faults_are_named_at_once() -> None:
    assert set(faults("imag", [])) == {"kind", "params"}
    assert set(faults("image", {"prompt": "", "sead": 1, "n": 0})) == {
        "params.prompt",
        "params.sead",
        "params.n",
    }


def test_equal_requests_have_equal_digests() -> None:
    one = read_request("image", {"prompt": "a fox", "negative_prompt": None})
    two = read_request("image", {"prompt": " a fox"})
    assert one.digest() == two.digest()
    assert one.digest() != read_request("video", {"prompt": "a fox"}).digest()


def test_pieces() -> None:
    assert read_request("image", {"prompt": "a fox", "n": 9}).pieces == 9
    assert read_request("image", {"prompt": "a fox"}).pieces == 1
    assert read_request("video", {"prompt": "a fox", "n": 1}).pieces == 1


@pytest.mark.parametrize(
    ("kind", "n"), [("image", 0), ("image", 10), ("image", 1.0), ("image", "2"), ("video", 2)]
)
def test_bad_numbers_of_pieces(kind: str, n: object) -> None:
    assert set(faults(kind, {"prompt": "a fox", "n": n})) == {"params.n"}


def test_one_piece_is_the_same_request_as_before_there_were_pieces() -> None:
    plain = read_request("image", {"prompt": "a fox", "seed": 7})
    assert plain.params() == {"prompt": "a fox", "seed": 7}
    assert plain.digest() == read_request("image", {"prompt": "a fox", "seed": 7, "n": 1}).digest()
    assert plain.digest() != read_request("image", {"prompt": "a fox", "seed": 7, "n": 2}).digest()
    asked = b'{"kind": "image", "negative_prompt": "", "prompt": "a fox", "seed": 7}'
    assert plain.digest() == hashlib.sha256(asked).digest()


def test_each_piece_has_a_seed_of_its_own() -> None:
    assert [piece_seed(5, piece) for piece in range(3)] == [5, 6, 7]
    assert piece_seed(SEED_MAX, 1) == 0


def test_a_part_costs_its_share() -> None:
    assert part_of(180, delivered=6, pieces=9) == 120
    assert part_of(180, delivered=9, pieces=9) == 180

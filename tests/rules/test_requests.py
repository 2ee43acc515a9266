"""Reading a request: each fault is named by its field."""

import pytest

from accounts.errors import InvalidRequest
from generation.requests import read_request
from generation.types import GenerationRequest


def faults(kind: object, params: object) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refused:
        read_request(kind, params)
    return refused.value.fields


def test_a_good_request() -> None:
    read = read_request("image", {"prompt": "  a fox ", "seed": 7})
    assert read == GenerationRequest("image", "a fox", seed=7)


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
    assert set(faults("imag", {"prompt": "", "sead": 1})) == {
        "kind",
        "params.prompt",
        "params.sead",
    }


def test_equal_requests_have_equal_digests() -> None:
    one = read_request("image", {"prompt": "a fox", "negative_prompt": None})
    two = read_request("image", {"prompt": " a fox"})
    assert one.digest() == two.digest()
    assert one.digest() != read_request("video", {"prompt": "a fox"}).digest()

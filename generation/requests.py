"""Reads a kind and its parameters from the wire and says which field is at fault. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from accounts.errors import InvalidRequest
from generation.types import KINDS, PROMPT_MAX, SEED_MAX, GenerationRequest, Kind

_PARAMS = frozenset({"prompt", "negative_prompt", "seed"})


def read_request(kind: object, params: object) -> GenerationRequest:
    """The request in `kind` and `params`. Raises InvalidRequest with every field at fault."""
    faults: dict[str, str] = {}
    if not isinstance(kind, str) or kind not in KINDS:
        faults["kind"] = f"must be one of: {', '.join(KINDS)}"
    if not isinstance(params, Mapping):
        faults["params"] = "must be an object"
        params = {"prompt": "-"}  # only the fault above is reported
    for name in params:
        if name not in _PARAMS:
            faults[f"params.{name}"] = "is not a parameter of this kind"
    prompt = _text(params, "prompt", faults)
    if not prompt and "params.prompt" not in faults:
        faults["params.prompt"] = "is required"
    negative_prompt = _text(params, "negative_prompt", faults)
    seed = _seed(params, faults)
    if faults:
        named = "; ".join(f"{name} {fault}" for name, fault in faults.items())
        raise InvalidRequest(f"The request was not understood: {named}.", fields=faults)
    return GenerationRequest(
        kind=cast(Kind, kind), prompt=prompt, negative_prompt=negative_prompt, seed=seed
    )


def _text(params: Mapping[str, object], name: str, faults: dict[str, str]) -> str:
    value = params.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        faults[f"params.{name}"] = "must be text"
        return ""
    # PostgreSQL cannot store NUL; no prompt means anything by it.
    if "\x00" in value:
        faults[f"params.{name}"] = "must not contain NUL characters"
        return ""
    try:
        value.encode()
    except UnicodeEncodeError:
        faults[f"params.{name}"] = "is not valid Unicode"
        return ""
    text = value.strip()
    if len(text) > PROMPT_MAX:
        faults[f"params.{name}"] = f"must be at most {PROMPT_MAX} characters"
    return text


def _seed(params: Mapping[str, object], faults: dict[str, str]) -> int | None:
    value = params.get("seed")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= SEED_MAX:
        faults["params.seed"] = f"must be a whole number from 0 to {SEED_MAX}"
        return None
    return value

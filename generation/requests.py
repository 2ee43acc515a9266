"""Reads a kind and its parameters from the wire and says which field is at fault. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from accounts.errors import InvalidRequest
from generation.types import KINDS, PROMPT_MAX, SEED_MAX, GenerationRequest, Kind

_PARAMS = frozenset({"prompt", "negative_prompt", "seed", "n"})


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
    seed = _whole(params, "seed", 0, SEED_MAX, faults)
    pieces_max = KINDS[kind].pieces_max if isinstance(kind, str) and kind in KINDS else 1
    pieces = _whole(params, "n", 1, pieces_max, faults)
    if faults:
        named = "; ".join(f"{name} {fault}" for name, fault in faults.items())
        raise InvalidRequest(f"The request was not understood: {named}.", fields=faults)
    return GenerationRequest(
        kind=cast(Kind, kind),
        prompt=prompt,
        negative_prompt=negative_prompt,
        seed=seed,
        pieces=1 if pieces is None else pieces,
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


def _whole(
    params: Mapping[str, object], name: str, least: int, most: int, faults: dict[str, str]
) -> int | None:
    value = params.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        allowed = f"a whole number from {least} to {most}" if most > least else f"{least}"
        faults[f"params.{name}"] = f"must be {allowed}"
        return None
    return value

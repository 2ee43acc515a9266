"""What of a request is somebody's words. Pure."""

from __future__ import annotations

from generation.kinds.creative import Lines
from generation.kinds.params import Text
from generation.types import GenerationRequest


def words_of(request: GenerationRequest) -> dict[str, str]:
    """Every text a person wrote, by the name a refusal calls it: `params.prompt`,
    `params.lines.0`. Ids, names of choices and pictures are not words."""
    words: dict[str, str] = {}
    for name, value in request.values.items():
        param = request.spec.params[name]
        if isinstance(param, Text):
            words[f"params.{name}"] = value
        elif isinstance(param, Lines):
            words |= {f"params.{name}.{index}": line for index, line in enumerate(value)}
    return words

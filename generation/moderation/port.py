"""What a model that judges texts and pictures is asked, and what it answers. Pure.

Anything with `moderate` can be the model: the class a setting names, or the address of a service
that is spoken to by `generation.moderation.http_model`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from generation.moderation.types import Action, Category


@dataclass(frozen=True, slots=True)
class Text:
    """Words somebody typed; `field` says where."""

    text: str
    field: str
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Image:
    """A picture somebody sent, or a frame of what was made, as a PNG."""

    png: bytes = field(repr=False)
    field: str
    kind: Literal["image"] = "image"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the model thinks. `score_pm` is its certainty in thousandths; `name` its own label."""

    action: Action
    category: Category = "other"
    name: str = ""
    score_pm: int | None = None


class Moderator(Protocol):
    """The port. Raises ModelFailed when it cannot judge."""

    def moderate(self, item: Text | Image) -> Opinion: ...


class ModelFailed(Exception):
    """The model did not answer, or not as agreed."""

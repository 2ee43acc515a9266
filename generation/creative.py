"""What makes one creative differ from the next: chosen from its seed alone. Pure.

The pieces of a job have seeds that follow each other, and the numbers of layouts, backgrounds,
palettes and shapes share no divisor: no two of 840 pieces in a row have all four in common, and a
piece can be made again from its own seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Layout = Literal["full", "left", "right", "band", "frame"]
Rgb = tuple[int, int, int]

LAYOUTS: tuple[Layout, ...] = ("full", "left", "band", "right", "frame")
BACKGROUNDS = (
    "on a sunlit wooden table",
    "in a bright studio in front of a plain backdrop",
    "in a green garden in the morning",
    "on a marble counter with soft shadows",
    "in a city street at dusk with neon lights",
    "on a beach at the golden hour",
    "under a starry night sky",
)
ASPECTS = ("1:1", "9:16", "16:9")

LINES_MAX = 10
LINE_LENGTH_MAX = 40


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours that are drawn: of a panel, of the words on it, of what catches the eye."""

    ground: Rgb
    ink: Rgb
    accent: Rgb


PALETTES = (
    Palette((29, 63, 134), (255, 255, 255), (255, 129, 104)),
    Palette((255, 255, 255), (23, 32, 46), (200, 52, 29)),
    Palette((23, 105, 74), (255, 255, 255), (242, 197, 107)),
    Palette((253, 238, 214), (74, 44, 20), (200, 52, 29)),
    Palette((27, 37, 54), (242, 244, 248), (126, 214, 171)),
    Palette((200, 52, 29), (255, 255, 255), (255, 226, 150)),
    Palette((224, 236, 255), (17, 40, 92), (29, 63, 134)),
    Palette((88, 42, 114), (255, 255, 255), (255, 179, 217)),
)


@dataclass(frozen=True, slots=True)
class Variation:
    """How one piece is made. `line` is what is written on it, "" for nothing."""

    layout: Layout
    background: str
    palette: Palette
    aspect_ratio: str
    line: str


def variation_of(seed: int, *, aspect_ratio: str | None, lines: Sequence[str]) -> Variation:
    """The variation a seed stands for. With `aspect_ratio` every piece has that one."""
    return Variation(
        layout=LAYOUTS[seed % len(LAYOUTS)],
        background=BACKGROUNDS[seed % len(BACKGROUNDS)],
        palette=PALETTES[seed % len(PALETTES)],
        aspect_ratio=aspect_ratio or ASPECTS[seed % len(ASPECTS)],
        line=lines[seed % len(lines)] if lines else "",
    )


def scene_prompt(text: str, variation: Variation, *, product: bool) -> str:
    """What the engine is asked to draw: behind a product picture, or the thing itself."""
    if product:
        thing = f"an empty stage, {text}" if text else "an empty stage for a product"
    else:
        thing = text
    return f"{thing}, {variation.background}, advertising photograph"

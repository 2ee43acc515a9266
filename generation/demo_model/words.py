"""Every word the demonstration model knows, and what it stands for.

Positions are in half sides of the picture: x to the right, y down, (0, 0) the centre.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

# Red, green and blue in 0..1.
COLOURS: Mapping[str, tuple[float, float, float]] = {
    "red": (0.86, 0.13, 0.16),
    "green": (0.16, 0.66, 0.27),
    "blue": (0.13, 0.32, 0.86),
    "yellow": (0.95, 0.84, 0.15),
    "purple": (0.56, 0.22, 0.72),
    "orange": (0.96, 0.52, 0.10),
    "white": (0.93, 0.93, 0.93),
    "black": (0.08, 0.08, 0.09),
    "pink": (0.96, 0.56, 0.72),
    "gray": (0.52, 0.53, 0.55),
}
SHAPES = ("circle", "square", "triangle", "star", "ring")
SIZES: Mapping[str, float] = {"small": 0.24, "large": 0.54}
PLACES: Mapping[str, tuple[float, float]] = {
    "on the left": (-0.5, 0.0),
    "on the right": (0.5, 0.0),
    "at the top": (0.0, -0.5),
    "at the bottom": (0.0, 0.5),
    "in the center": (0.0, 0.0),
}
# Where the first of two things is, seen from the middle between them.
RELATIONS: Mapping[str, tuple[int, int]] = {
    "above": (0, -1),
    "below": (0, 1),
    "left of": (-1, 0),
    "right of": (1, 0),
}
DIRECTIONS: Mapping[str, tuple[int, int]] = {
    "moving left": (-1, 0),
    "moving right": (1, 0),
    "moving up": (0, -1),
    "moving down": (0, 1),
}
GROWTHS: Mapping[str, int] = {"growing": 1, "shrinking": -1}
MOTIONS = (*DIRECTIONS, *GROWTHS)

Axis = Literal["horizontal", "vertical", "zoom", "pan", "tilt", "roll"]
# What a move does to the camera: right, up, nearer and clockwise are +1.
CAMERA: Mapping[str, tuple[Axis, int]] = {
    "camera moves left": ("horizontal", -1),
    "camera moves right": ("horizontal", 1),
    "camera moves down": ("vertical", -1),
    "camera moves up": ("vertical", 1),
    "camera zooms out": ("zoom", -1),
    "camera zooms in": ("zoom", 1),
    "camera pans left": ("pan", -1),
    "camera pans right": ("pan", 1),
    "camera tilts down": ("tilt", -1),
    "camera tilts up": ("tilt", 1),
    "camera rolls left": ("roll", -1),
    "camera rolls right": ("roll", 1),
}
OLD_PHOTO, REVIVAL, EMBRACE = "old photo", "old photo comes to life", "embrace"

# Other ways to write a known word.
SPELLINGS: Mapping[str, str] = {"grey": "gray", "centre": "center"}
WORD = re.compile(r"[^\W_]+")
KNOWN = tuple(
    sorted(
        {
            word
            for phrase in (
                *COLOURS, *SHAPES, *SIZES, *PLACES, *RELATIONS, *MOTIONS, *CAMERA,
                OLD_PHOTO, REVIVAL, EMBRACE, "a an and on background ,",
            )
            for word in phrase.split()
        }
    )
)  # fmt: skip


def unknown_words(prompt: str) -> list[str]:
    """Words of `prompt` the model has never seen, each once and in their order."""
    found = WORD.findall(prompt.lower())
    return list(dict.fromkeys(word for word in found if SPELLINGS.get(word, word) not in KNOWN))

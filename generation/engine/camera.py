"""A virtual camera: where each frame of a clip is looked at, as a projective map for each frame.

Positions are in half widths of the picture from its centre, x to the right and y down. A map takes
a position of the delivered view to one of the rendered frame, the plate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from generation.engine.types import AXIS_MAX, Camera

Maps = NDArray[np.float64]
# What a move of 10 does in a whole clip: shifts in widths and heights, a factor, and degrees.
SHIFT, ZOOM = 0.2, 1.5
PAN, TILT, ROLL = 12.0, 8.0, 20.0
# Focal length in half widths: a horizontal field of view of 50 degrees.
FOCAL = 1 / math.tan(math.radians(25))
CLOSER_MAX = 6.0

# How prompts ask for a move, where a model was taught words for it.
WORDS: Mapping[str, tuple[str, str]] = {
    "horizontal": ("camera moves left", "camera moves right"),
    "vertical": ("camera moves down", "camera moves up"),
    "zoom": ("camera zooms out", "camera zooms in"),
    "pan": ("camera pans left", "camera pans right"),
    "tilt": ("camera tilts down", "camera tilts up"),
    "roll": ("camera rolls left", "camera rolls right"),
}


def words_of(camera: Camera, words: Mapping[str, tuple[str, str]] = WORDS) -> tuple[str, Camera]:
    """The words for a move, the largest amount first, and what there are no words for."""
    by_amount = sorted(camera.amounts.items(), key=lambda one: -abs(one[1]))
    said = {axis: amount for axis, amount in by_amount if amount and axis in words}
    left = {axis: amount for axis, amount in by_amount if axis not in said}
    return ", ".join(words[axis][amount > 0] for axis, amount in said.items()), Camera(**left)


def view_maps(
    camera: Camera, frames: int, *, aspect: float, plate_aspect: float, anchored: bool
) -> Maps:
    """The map of each frame: [frames, 3, 3].

    aspect, plate_aspect: height over width of the view, and of the plate, both a half width wide.
    anchored: the first frame was given and must stay as it is; the move begins there and may look
    beyond the plate. Otherwise the view is so much closer that it never leaves the plate.
    """
    line = np.linspace(0.0, 1.0, frames) if frames > 1 else np.zeros(1)
    if anchored:
        return np.stack([_map(camera, at, at, aspect, 1.0) for at in line])
    # The middle of the move is in the middle of the plate; a camera that goes back begins near.
    back = 1.0 if camera.zoom < 0 else 0.0

    def at_distance(closer: float) -> Maps:
        return np.stack([_map(camera, at - 0.5, at - back, aspect, closer) for at in line])

    low, high = 1.0, CLOSER_MAX
    if _inside(at_distance(low), aspect, plate_aspect):
        return at_distance(low)
    for _ in range(20):
        middle = (low + high) / 2
        inside = _inside(at_distance(middle), aspect, plate_aspect)
        low, high = (low, middle) if inside else (middle, high)
    return at_distance(high)


def _map(camera: Camera, way: float, zoom_way: float, aspect: float, closer: float) -> Maps:
    """The view after the shares `way` and `zoom_way` of a move."""
    share = {axis: amount / AXIS_MAX for axis, amount in camera.amounts.items()}
    nearer = closer * ZOOM ** (share["zoom"] * zoom_way)
    pan, tilt, roll = (
        math.radians(degrees) * share[axis] * way
        for axis, degrees in (("pan", PAN), ("tilt", TILT), ("roll", ROLL))
    )
    lens = np.diag([1 / nearer, 1 / nearer, FOCAL])
    turn = _about_y(pan) @ _about_x(tilt) @ _about_z(roll)
    onto_plate = np.diag([FOCAL, FOCAL, 1.0])
    shift = np.eye(3)
    shift[0, 2] = 2 * SHIFT * share["horizontal"] * way
    shift[1, 2] = -2 * SHIFT * aspect * share["vertical"] * way
    return np.asarray(shift @ onto_plate @ turn @ lens)


def _about_x(angle: float) -> Maps:
    """Tilts upwards."""
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])


def _about_y(angle: float) -> Maps:
    """Pans to the right."""
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])


def _about_z(angle: float) -> Maps:
    """Rolls clockwise."""
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def _inside(maps: Maps, aspect: float, plate_aspect: float) -> bool:
    """Whether every corner of every view lies on the plate."""
    corners = np.array([(x, y * aspect, 1) for x in (-1, 1) for y in (-1, 1)], np.float64).T
    seen = maps @ corners
    at = seen[:, :2] / seen[:, 2:]
    return bool((np.abs(at[:, 0]) <= 1).all() and (np.abs(at[:, 1]) <= plate_aspect).all())

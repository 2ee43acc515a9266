"""What moves in a clip, from its pixels alone: the thing against the world, the world against us.

A clip is [frames, side, side, 3] in 0..1. Amounts are those of the whole clip, in half sides,
logarithms of scale, and radians.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.demo_model.drawing import GROWTH, PARALLAX, ROLL, TRAVEL, ZOOM
from generation.demo_model.seeing import Mask, locate, mask_of
from generation.demo_model.words import CAMERA, DIRECTIONS

Clip = NDArray[np.float32]
# Less than this share of what a scene does counts as standing still.
NOTICEABLE = 0.3
# The world must pass at least this far before a camera counts as moving sideways.
WORLD_PASSES = 0.45 * PARALLAX * TRAVEL
# A world that passes at more than this share of the thing's way is turned over, not passed by.
TURNED = (1 + PARALLAX) / 2
SEEN_SHARE, ENDS = 0.6, 3


@dataclass(frozen=True, slots=True)
class Moves:
    """How far the world moved on the screen (x, y, zoom, turn), and the thing (x, y, growth)."""

    world_x: float
    world_y: float
    zoom: float
    turn: float
    thing_x: float
    thing_y: float
    growth: float


def moves_of(clip: Clip, colour: str) -> Moves | None:
    """What moved; None when no thing of `colour` is there for most of the clip."""
    masks = [mask_of(frame, colour) for frame in clip]
    seen = [found for found in map(locate, masks) if found is not None]
    if len(seen) < SEEN_SHARE * len(clip):
        return None
    path = np.array([(found.x, found.y, math.log(found.share) / 2) for found in seen])
    thing = path[-ENDS:].mean(0) - path[:ENDS].mean(0)
    # Means over the ends are a little closer together than the ends themselves.
    thing *= (len(path) - 1) / max(1, len(path) - ENDS)
    world = sum(
        _world_step(before, after, mask | next_mask)
        for before, after, mask, next_mask in zip(clip, clip[1:], masks, masks[1:], strict=False)
    )
    return Moves(*map(float, world), *map(float, thing))  # type: ignore[arg-type]


def camera_of(moves: Moves) -> str:
    """The camera's move in the words of captions, "" when it stands still."""
    strengths = {
        "zoom": abs(moves.zoom) / math.log(ZOOM),
        "roll": abs(moves.turn) / ROLL,
        "x": max(abs(moves.world_x), abs(moves.thing_x)) / TRAVEL,
        "y": max(abs(moves.world_y), abs(moves.thing_y)) / TRAVEL,
    }
    main = max(strengths, key=lambda name: strengths[name])
    if strengths[main] < NOTICEABLE:
        return ""
    if main == "zoom":
        return _phrase("zoom", moves.zoom)
    if main == "roll":
        return _phrase("roll", -moves.turn)
    if main == "x":
        return _sideways("horizontal", "pan", -moves.world_x, -moves.thing_x)
    return _sideways("vertical", "tilt", moves.world_y, moves.thing_y)


def _sideways(passing: str, turning: str, world: float, thing: float) -> str:
    """The phrase for a camera that went past the world, or turned over it.

    world, thing: how far both went against the camera.
    """
    if world * thing <= 0 or abs(world) < WORLD_PASSES:
        return ""
    return _phrase(turning if abs(world) > TURNED * abs(thing) else passing, world)


def motion_of(moves: Moves) -> str:
    """The thing's own motion in the words of captions, "" when it has none.

    While the camera moves, a thing that stands still crosses the picture too: none then.
    """
    if camera_of(moves):
        return ""
    x, y = moves.thing_x - moves.world_x, moves.thing_y - moves.world_y
    growth = moves.growth - moves.zoom
    if abs(growth) / math.log(GROWTH) > math.hypot(x, y) / TRAVEL:
        word = "growing" if growth > 0 else "shrinking"
        return word if abs(growth) > NOTICEABLE * math.log(GROWTH) else ""
    if math.hypot(x, y) < NOTICEABLE * TRAVEL:
        return ""
    return max(DIRECTIONS, key=lambda name: x * DIRECTIONS[name][0] + y * DIRECTIONS[name][1])


def _phrase(axis: str, amount: float) -> str:
    wanted = (axis, 1 if amount > 0 else -1)
    return next(name for name, move in CAMERA.items() if move == wanted)


def _world_step(
    before: NDArray[np.float32], after: NDArray[np.float32], thing: Mask
) -> NDArray[np.float64]:
    """Shift, scale and turn of the background between two frames, by least squares.

    Brightness stays with what moves: its change in time plus its slope along the way is nothing.
    """
    light = [_softened(frame.mean(-1)) for frame in (before, after)]
    side = thing.shape[0]
    mean = (light[0] + light[1]) / 2
    slope_y, slope_x = (slope * side / 2 for slope in np.gradient(mean))
    line = (np.arange(side) + 0.5) / side * 2 - 1
    x, y = np.broadcast_arrays(line[None, :], line[:, None])
    # The edges of a blurred frame and the surroundings of the thing tell nothing true.
    free = ~_widened(thing, 3)
    free[:2], free[-2:], free[:, :2], free[:, -2:] = False, False, False, False
    columns = (slope_x, slope_y, slope_x * x + slope_y * y, slope_y * x - slope_x * y)
    slopes = np.stack([column[free] for column in columns], axis=1)
    if len(slopes) < side:
        return np.zeros(4)
    answer = np.linalg.lstsq(slopes, -(light[1] - light[0])[free], rcond=None)[0]
    return np.asarray(answer, np.float64)


def _softened(light: NDArray[np.float32]) -> NDArray[np.float64]:
    """Blurred over five pixels each way."""
    weights = np.array((1, 4, 6, 4, 1)) / 16
    padded = np.pad(light.astype(np.float64), 2, mode="edge")
    rows = sum(w * padded[i : i + light.shape[0]] for i, w in enumerate(weights))
    return np.asarray(sum(w * rows[:, i : i + light.shape[1]] for i, w in enumerate(weights)))


def _widened(mask: Mask, by: int) -> Mask:
    """The mask and everything within `by` pixels of it."""
    height, width = mask.shape
    padded = np.pad(mask, by)
    sides = range(2 * by + 1)
    shifted = [padded[y : y + height, x : x + width] for y in sides for x in sides]
    return np.asarray(np.logical_or.reduce(shifted))

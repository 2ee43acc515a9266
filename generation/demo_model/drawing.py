"""Scenes as pixels: signed distances, drawn with soft edges.

The background carries a faint pattern that stands still in the world, so that a moving camera
differs from a moving thing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generation.demo_model.scenes import Scene, Thing
from generation.demo_model.words import (
    CAMERA,
    COLOURS,
    DIRECTIONS,
    EMBRACE,
    GROWTHS,
    REVIVAL,
)

# Positions, distances and colours over time, height and width.
Frames = NDArray[np.floating[Any]]

SIDE = 64
FPS = 4
# Time runs in lengths of a clip: 5 seconds are 20 steps and 21 frames.
STEPS = 20
CLIP_FRAMES = STEPS + 1
# How far things and cameras go in one clip at pace 1, in half sides, factors and radians.
TRAVEL, GROWTH, SHRINKING, ZOOM, ROLL = 0.7, 1.8, 0.45, 1.8, 0.9
# A camera that moves sideways passes the background more slowly than the thing before it; one
# that turns sweeps over both alike.
PARALLAX = 0.35
PATTERN_WAVES = 4.5


def draw(
    scene: Scene, frames: int = CLIP_FRAMES, first: int = 0, side: int = SIDE
) -> NDArray[np.float32]:
    """Draw `frames` frames from frame `first` on: [frames, side, side, 3] in 0..1."""
    time = (np.arange(first, first + frames, dtype=np.float32) / STEPS)[:, None, None]
    line = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    x, y, (away_x, away_y), scale, depth = _through_camera(scene, time, line)
    picture = _background(scene.background, x + depth * away_x, y + depth * away_y)
    for index in reversed(range(len(scene.things))):
        thing = scene.things[index]
        centre_x, centre_y, radius = _thing_at(scene, thing, time)
        across, down = (x + away_x - centre_x) / radius, (y + away_y - centre_y) / radius
        distance = signed_distance(thing.shape, across, down) * radius * scale
        cover = np.clip(0.5 - distance * side / 2, 0, 1)[..., None]
        shade = (1 - 0.08 * np.clip(down, -1, 1))[..., None]
        colour = np.clip(np.asarray(COLOURS[thing.colour], np.float32) * shade, 0, 1)
        picture = picture * (1 - cover) + colour * cover
    if scene.effect == REVIVAL:
        picture = _revived(picture, time)
    return picture.astype(np.float32)


def signed_distance(shape: str, x: Frames, y: Frames) -> Frames:
    """Distance to the edge of a shape of radius 1 around (0, 0), negative inside."""
    radius: Frames = np.hypot(x, y)
    if shape == "circle":
        return radius - 1
    if shape == "ring":
        ring: Frames = np.abs(radius - 0.72) - 0.28
        return ring
    if shape == "square":
        square: Frames = np.maximum(np.abs(x), np.abs(y)) - 0.86
        return square
    if shape == "triangle":
        sides = math.sqrt(3) / 2 * np.abs(x) - y / 2 - 0.5
        triangle: Frames = np.maximum(sides, y - 0.7)
        return triangle
    return _star(x, y, radius)


def _star(x: Frames, y: Frames, radius: Frames) -> Frames:
    """A star of five points, one of them up; the inner corners are at 0.45."""
    turn = 2 * math.pi / 5
    angle = np.abs((np.arctan2(x, -y) + turn / 2) % turn - turn / 2)
    inner_x, inner_y = 0.45 * math.cos(turn / 2), 0.45 * math.sin(turn / 2)
    length = math.hypot(inner_y, 1 - inner_x)
    along, beside = radius * np.cos(angle) - 1, radius * np.sin(angle)
    distance: Frames = (along * inner_y + beside * (1 - inner_x)) / length
    return distance


def _through_camera(
    scene: Scene, time: Frames, line: Frames
) -> tuple[Frames, Frames, tuple[Frames, Frames], Frames, float]:
    """World x and y of every pixel, how far the camera went, its scale, and the depth share."""
    axis, sign = CAMERA.get(scene.camera, ("", 0))
    way = sign * scene.pace * time
    nothing = np.zeros_like(time)
    scale = np.exp(math.log(ZOOM) * way) if axis == "zoom" else np.ones_like(time)
    angle = ROLL * way if axis == "roll" else nothing
    across, down = line[None, None, :] / scale, line[None, :, None] / scale
    # A camera that rolls clockwise shows a world that turns the other way.
    x = np.cos(angle) * across - np.sin(angle) * down
    y = np.sin(angle) * across + np.cos(angle) * down
    away_x = TRAVEL * way if axis in ("horizontal", "pan") else nothing
    away_y = -TRAVEL * way if axis in ("vertical", "tilt") else nothing
    depth = PARALLAX if axis in ("horizontal", "vertical") else 1.0
    return x, y, (away_x, away_y), scale, depth


def surface(colour: str, pattern: Frames) -> Frames:
    """A colour as a patterned surface shows it; pattern: -1 (dark) to 1 (light)."""
    lit = np.asarray(COLOURS[colour], np.float32) * (1 + 0.14 * pattern[..., None])
    return np.asarray(np.clip(lit + 0.06 * pattern[..., None], 0, 1), np.float32)


def _background(colour: str, x: Frames, y: Frames) -> Frames:
    wave = PATTERN_WAVES
    return surface(colour, np.sin(wave * x + 0.8) * np.sin(wave * y + 0.8))


def _thing_at(scene: Scene, thing: Thing, time: Frames) -> tuple[Frames, Frames, Frames]:
    """Centre and radius of a thing over time."""
    x, y = np.full_like(time, thing.at[0]), np.full_like(time, thing.at[1])
    radius = np.full_like(time, thing.radius)
    way = scene.pace * time
    if thing.motion in DIRECTIONS:
        right, down = DIRECTIONS[thing.motion]
        x, y = x + TRAVEL * right * way, y + TRAVEL * down * way
    elif thing.motion in GROWTHS:
        factor = GROWTH if GROWTHS[thing.motion] > 0 else SHRINKING
        radius = radius * np.exp(math.log(factor) * np.minimum(way, 1.2))
    if scene.effect == EMBRACE:
        x = x - np.sign(thing.at[0]) * 0.33 * _eased(1.3 * time)
    if scene.effect == REVIVAL:
        x = x + 0.16 * np.sin(2 * math.pi * time)
        y = y - 0.06 * np.abs(np.sin(4 * math.pi * time))
    return x, y, radius


def _eased(time: Frames) -> Frames:
    """From 0 to 1 with a soft beginning and end."""
    return np.asarray(0.5 - 0.5 * np.cos(math.pi * np.clip(time, 0, 1)), np.float32)


def _revived(picture: Frames, time: Frames) -> Frames:
    """Sepia that gets its colours back."""
    gray = picture.mean(axis=-1, keepdims=True)
    sepia = np.clip(gray * np.asarray((1.02, 0.94, 0.80), np.float32), 0, 1)
    colours = np.clip(time * 1.8 - 0.25, 0, 1)[..., None]
    return np.asarray(sepia * (1 - colours) + picture * colours, np.float32)

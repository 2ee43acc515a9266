"""Draws a creative: the engine's scene, the product on it, a panel, a line of words. Pure.

The product is the merchant's own picture, never redrawn: what is sold looks as it is.
"""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from billing.paper.font_file import font_data
from generation.creative import Palette, Variation

Pixels = NDArray[np.uint8]
Box = tuple[int, int, int, int]
Font = ImageFont.FreeTypeFont

# Shares of the picture: a panel with words on it and one without, and the product's side.
_PANEL, _BARE_PANEL, _PRODUCT = 0.38, 0.12, 0.56
_FRAME = 0.06
_SHADOW = 0.45
_SMALLEST = 8
# A private character no font has: how a glyph that is missing looks.
_MISSING = "\U0010fffd"


def draw_poster(scene: Pixels, variation: Variation, product: Pixels | None) -> Pixels:
    """The creative, cut from `scene` in the shape of its variation, uint8 [height, width, 3]."""
    image = Image.fromarray(cut(scene, variation.aspect_ratio))
    panel = _panel(variation, image.size)
    _draw_panel(image, panel, variation)
    if product is not None:
        _place(image, product, _product_box(variation, image.size, panel))
    if variation.line:
        _write(image, variation.line, _text_box(panel), variation.palette)
    return np.asarray(image)


def cut(scene: Pixels, aspect_ratio: str) -> Pixels:
    """The middle of the scene in this shape, as large as it is there; sides are even."""
    across, down = (int(part) for part in aspect_ratio.split(":"))
    height, width = scene.shape[:2]
    wide, high = min(width, height * across // down), min(height, width * down // across)
    wide, high = wide // 2 * 2, high // 2 * 2
    left, top = (width - wide) // 2, (height - high) // 2
    return scene[top : top + high, left : left + wide]


def _panel(variation: Variation, size: tuple[int, int]) -> Box:
    """Where the ground colour lies: at a side, below, or around everything."""
    width, height = size
    share = _PANEL if variation.line else _BARE_PANEL
    upright = height > width
    if variation.layout == "left":
        return (0, 0, width, int(height * share)) if upright else (0, 0, int(width * share), height)
    if variation.layout == "right":
        if upright:
            return 0, int(height * (1 - share)), width, height
        return int(width * (1 - share)), 0, width, height
    if variation.layout == "band":
        return 0, int(height * (1 - share * 0.75)), width, height
    if variation.layout == "frame":
        edge = int(min(size) * _FRAME)
        top = height - edge - int(height * 0.18) if variation.line else height - edge
        return edge, top, width - edge, height - edge
    low = int(height * (1 - share * 0.6))
    return int(width * 0.06), low - int(height * 0.05), int(width * 0.94), int(height * 0.95)


def _draw_panel(image: Image.Image, panel: Box, variation: Variation) -> None:
    draw = ImageDraw.Draw(image)
    palette = variation.palette
    edge = max(2, int(min(image.size) * 0.02))
    if variation.layout == "frame":
        draw.rectangle((0, 0, *image.size), outline=palette.ground, width=edge * 3)
        draw.rectangle(panel, fill=palette.ground)
        inner = edge * 3, edge * 3, image.width - edge * 3 - 1, image.height - edge * 3 - 1
        draw.rectangle(inner, outline=palette.accent, width=max(1, edge // 3))
    elif variation.layout == "full":
        draw.rounded_rectangle(panel, radius=edge, fill=palette.ground)
        bar = panel[0], panel[1] + edge, panel[0] + edge // 2, panel[3] - edge
        if bar[1] < bar[3]:
            draw.rectangle(bar, fill=palette.accent)
    else:
        draw.rectangle(panel, fill=palette.ground)
        draw.rectangle(_inner_edge(panel, image.size, edge), fill=palette.accent)


def _inner_edge(panel: Box, size: tuple[int, int], edge: int) -> Box:
    """The strip of a panel that meets the scene."""
    left, top, right, bottom = panel
    if right - left == size[0]:
        return (left, bottom - edge, right, bottom) if top == 0 else (left, top, right, top + edge)
    return (right - edge, top, right, bottom) if left == 0 else (left, top, left + edge, bottom)


def _product_box(variation: Variation, size: tuple[int, int], panel: Box) -> Box:
    """A square in what the panel leaves; on a band it stands half over its edge."""
    width, height = size
    edge = int(min(size) * _FRAME) if variation.layout == "frame" else 0
    left, top, right, bottom = edge, edge, width - edge, height - edge
    if panel[2] - panel[0] >= width * 0.8:
        top, bottom = (panel[3], bottom) if panel[1] == 0 else (top, panel[1])
    else:
        left, right = (panel[2], right) if panel[0] == 0 else (left, panel[0])
    share = 0.86 if variation.layout in ("full", "frame") else _PRODUCT / 0.62
    side = int(min(right - left, bottom - top) * share)
    x, y = (left + right - side) // 2, (top + bottom - side) // 2
    return x, y, x + side, y + side


def _place(image: Image.Image, product: Pixels, box: Box) -> None:
    """The product, whole, on a rounded card with a soft shadow."""
    side = box[2] - box[0]
    card = Image.fromarray(product)
    card.thumbnail((side, side), Image.Resampling.LANCZOS)
    left, top = box[0] + (side - card.width) // 2, box[1] + (side - card.height) // 2
    radius = max(4, side // 16)
    mask = Image.new("L", card.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, card.width - 1, card.height - 1), radius=radius, fill=255
    )
    shadow = Image.new("L", image.size, 0)
    shadow.paste(mask, (left, top + radius // 2))
    shadow = shadow.filter(ImageFilter.GaussianBlur(radius)).point(
        lambda light: int(light * _SHADOW)
    )
    dark = Image.new("RGB", image.size, (10, 14, 24))
    image.paste(dark, (0, 0), shadow)
    image.paste(card, (left, top), mask)


def _text_box(panel: Box) -> Box:
    left, top, right, bottom = panel
    across, down = int((right - left) * 0.1), int((bottom - top) * 0.16)
    return left + across, top + down, right - across, bottom - down


def _write(image: Image.Image, line: str, box: Box, palette: Palette) -> None:
    """The line as large as it fits, in the middle of its box."""
    text = "".join(letter for letter in line if _has_glyph(letter)).strip()
    if not text:
        return
    room = box[2] - box[0], box[3] - box[1]
    size = max(_SMALLEST, room[1])
    while True:
        font, step = _font(size), int(size * 1.25)
        rows = _wrapped(text, font, room[0])
        # A word is broken only where it would be too small to read otherwise.
        whole = max(font.getlength(word.rstrip()) for word in _words(text)) <= room[0]
        fits = step * len(rows) <= room[1] and (whole or size <= room[0] // 12)
        if size <= _SMALLEST or fits:
            break
        size = max(_SMALLEST, int(size * 0.92))
    draw = ImageDraw.Draw(image)
    top = box[1] + (room[1] - step * len(rows)) // 2
    for number, row in enumerate(rows):
        x = box[0] + (room[0] - int(font.getlength(row))) // 2
        draw.text((x, top + number * step), row, fill=palette.ink, font=font)


def _wrapped(text: str, font: Font, room: int) -> list[str]:
    """The text in rows, broken at spaces and between Chinese letters; a longer word anywhere."""
    rows = [""]
    for word in _words(text):
        fits = font.getlength(word.rstrip()) <= room
        for part in [word] if fits else list(word):
            if rows[-1] and font.getlength((rows[-1] + part).rstrip()) > room:
                rows.append("")
            rows[-1] += part
    return [row.strip() for row in rows if row.strip()]


def _words(text: str) -> list[str]:
    words = [""]
    for letter in text:
        if ord(letter) >= 0x2E80 or words[-1].endswith(" ") or _wide_end(words[-1]):
            words.append("")
        words[-1] += letter
    return words


def _wide_end(word: str) -> bool:
    return bool(word) and ord(word[-1]) >= 0x2E80


@lru_cache(maxsize=64)
def _font(size: int) -> Font:
    return ImageFont.truetype(io.BytesIO(font_data()), size)


@lru_cache(maxsize=4096)
def _has_glyph(letter: str) -> bool:
    font = _font(20)
    return letter.isspace() or bytes(font.getmask(letter)) != bytes(font.getmask(_MISSING))

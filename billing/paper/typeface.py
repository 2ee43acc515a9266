"""The typeface of paper, and how text is broken into lines with it.

The font lies beside this file and is embedded, so that a document looks the same everywhere and
for ever. What it has no glyph for is set in a Chinese font of the reader's own program.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

from billing.paper.font_file import font_data

NAME = "InklingPaper"
_RARE = "STSong-Light"
# The geta mark: what printers set for a character they do not have.
_NO_GLYPH = "〓"
_BASIC_PLANE_END = 0x10000


@lru_cache(maxsize=1)
def glyphs() -> frozenset[int]:
    """Register the fonts, once; the code points the embedded one has."""
    font = TTFont(NAME, io.BytesIO(font_data()))
    pdfmetrics.registerFont(font)
    pdfmetrics.registerFont(UnicodeCIDFont(_RARE))
    return frozenset(font.face.charToGlyph)


def runs(text: str) -> Iterator[tuple[str, str]]:
    """The text in pieces of one font each: font and piece."""
    for font, piece in groupby(text, key=_font_of):
        if font:
            yield font, "".join(piece)
        else:
            yield NAME, _NO_GLYPH * len(list(piece))


def width(text: str, size: float) -> float:
    """The width of a line in points."""
    return float(sum(pdfmetrics.stringWidth(piece, font, size) for font, piece in runs(text)))


def wrapped(text: str, size: float, room: float) -> list[str]:
    """The text in lines no wider than `room`: at spaces, and between Chinese characters."""
    lines = [""]
    for word in _words(text):
        if width(lines[-1] + word.rstrip(), size) <= room:
            lines[-1] += word
        elif width(word, size) <= room:
            lines.append(word)
        else:
            for letter in word:
                if lines[-1] and width(lines[-1] + letter, size) > room:
                    lines.append("")
                lines[-1] += letter
    return [line.strip() for line in lines]


def _words(text: str) -> Iterator[str]:
    word = ""
    for letter in text:
        if _wide(letter):
            if word:
                yield word
            yield letter
            word = ""
        else:
            word += letter
            if letter == " ":
                yield word
                word = ""
    if word:
        yield word


def _font_of(letter: str) -> str:
    if ord(letter) in glyphs():
        return NAME
    return _RARE if _wide(letter) and ord(letter) < _BASIC_PLANE_END else ""


def _wide(letter: str) -> bool:
    return ord(letter) >= 0x2E80

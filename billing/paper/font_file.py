"""The bytes of the typeface that lies beside this file."""

from __future__ import annotations

import lzma
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).resolve().parent / "font" / "paper-sans.ttf.xz"


@lru_cache(maxsize=1)
def font_data() -> bytes:
    """The font as a program reads it: Latin and Chinese letters, some three megabytes."""
    return lzma.decompress(_FILE.read_bytes())

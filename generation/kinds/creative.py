"""Advertising creatives: many pieces of one product or one idea, each different."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from generation.creative import ASPECTS, LINE_LENGTH_MAX, LINES_MAX
from generation.kinds.params import (
    CAMPAIGN,
    LANE,
    PROMPT,
    RESOLUTIONS,
    SEED,
    OneOf,
    PictureParam,
    Text,
    Whole,
)
from generation.types import BadParam, KindSpec

CREATIVES_MAX = 100


class Lines:
    """A few short lines, one of which is written on each piece."""

    schema: Mapping[str, object] = {
        "type": "array",
        "items": {"type": "string", "minLength": 1, "maxLength": LINE_LENGTH_MAX},
        "maxItems": LINES_MAX,
        "description": "one of them is written on each piece, in turn",
    }

    def read(self, value: object) -> object:
        """The lines, trimmed; None for none. Raises BadParam."""
        if not isinstance(value, list) or len(value) > LINES_MAX:
            raise BadParam(f"must be a list of at most {LINES_MAX} lines")
        lines = [Text().read(line) for line in value]
        for line in lines:
            if not isinstance(line, str) or len(line) > LINE_LENGTH_MAX or not line.isprintable():
                raise BadParam(f"must have lines of 1 to {LINE_LENGTH_MAX} printable characters")
        return lines or None


CREATIVE = KindSpec(
    kind="creative",
    makes="image",
    params={
        "image": PictureParam("the product; it stands on every piece as it is"),
        **PROMPT,
        "lines": Lines(),
        "n": Whole(1, CREATIVES_MAX, default=1, description="pieces; each costs the price of one"),
        "aspect_ratio": OneOf(ASPECTS, description="pieces have several shapes when left out"),
        "resolution": OneOf(
            RESOLUTIONS, description="about one or four megapixels; the model's own when left out"
        ),
        **CAMPAIGN,
        **SEED,
        **LANE,
    },
    required=frozenset(),
    deadline=timedelta(minutes=30),
    pieces_max=CREATIVES_MAX,
    one_of=("prompt", "image"),
)

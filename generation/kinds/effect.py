"""Effects: an operator's template, the user's pictures, and words where the template lets them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from generation.kinds.params import CAMPAIGN, CLIP, LANE, ONE_PIECE, SEED, PictureParam, Text
from generation.types import BadParam, KindSpec, Param

INPUTS_MAX = 4
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Name:
    """A short name in small letters, as codes have."""

    description: str

    @property
    def schema(self) -> Mapping[str, object]:
        """As JSON Schema says it."""
        return {"type": "string", "pattern": f"^{_NAME.pattern}$", "description": self.description}

    def read(self, value: object) -> object:
        """The name. Raises BadParam."""
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            raise BadParam("must be the code of a template")
        return value


class NamedPictures:
    """A picture for each input of the template."""

    schema: Mapping[str, object] = {
        "type": "object",
        "description": "a picture for each input of the template, by its name",
        "maxProperties": INPUTS_MAX,
        "additionalProperties": dict(PictureParam().schema),
    }

    def read(self, value: object) -> object:
        """The pictures by name. Raises BadParam."""
        if not isinstance(value, Mapping) or not value:
            raise BadParam("must be an object of pictures by name")
        if len(value) > INPUTS_MAX:
            raise BadParam(f"has more than {INPUTS_MAX} pictures")
        found = {}
        for name, sent in value.items():
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                raise BadParam("has a name that no input has")
            try:
                found[name] = PictureParam().read(sent)
            except BadParam as bad:
                raise BadParam(f"{name} {bad}") from None
        return found


class Agreed:
    """A box that is ticked."""

    schema: Mapping[str, object] = {
        "type": "boolean",
        "default": False,
        "description": "needed where the template has a `consent` text: you agree to it",
    }

    def read(self, value: object) -> object:
        """True; None for no. Raises BadParam."""
        if not isinstance(value, bool):
            raise BadParam("must be true or false")
        return value or None


_PARAMS: Mapping[str, Param] = {
    "template": Name("the code of a template, see GET /api/v1/templates"),
    "inputs": NamedPictures(),
    "prompt": Text(),
    "consent": Agreed(),
    **CLIP,
    "seed": SEED["seed"],
    **LANE,
    **CAMPAIGN,
    **ONE_PIECE,
}

EFFECT = KindSpec(
    kind="effect",
    makes="video",
    params=_PARAMS,
    required=frozenset({"template", "inputs"}),
    deadline=timedelta(minutes=15),
)

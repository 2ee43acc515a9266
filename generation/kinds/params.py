"""Parameters that kinds share, and how each is read from the wire. Pure."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from generation.kinds.camera import CameraMove
from generation.types import (
    HIGH,
    PROMPT_MAX,
    RELAXED,
    SECONDS,
    SEED_MAX,
    STANDARD,
    BadParam,
    KeptPicture,
    Param,
    SentPicture,
)

GUIDANCE_MIN, GUIDANCE_MAX = 1, 20
IMAGE_RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9")
VIDEO_RATIOS = ("16:9", "9:16", "1:1")
RESOLUTIONS = ("1k", "2k")


class Text:
    """Words of a person, without what no database keeps."""

    schema: Mapping[str, object] = {"type": "string", "maxLength": PROMPT_MAX}

    def read(self, value: object) -> object:
        """The words, trimmed; None for none. Raises BadParam."""
        if not isinstance(value, str):
            raise BadParam("must be text")
        # PostgreSQL cannot store NUL; no prompt means anything by it.
        if "\x00" in value:
            raise BadParam("must not contain NUL characters")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise BadParam("is not valid Unicode") from None
        text = value.strip()
        if len(text) > PROMPT_MAX:
            raise BadParam(f"must be at most {PROMPT_MAX} characters")
        return text or None


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number in bounds; `default` says nothing."""

    least: int
    most: int
    default: int | None = None
    description: str = ""

    @property
    def schema(self) -> Mapping[str, object]:
        """As JSON Schema says it."""
        said: dict[str, object] = {"type": "integer", "minimum": self.least, "maximum": self.most}
        if self.default is not None:
            said["default"] = self.default
        return said | ({"description": self.description} if self.description else {})

    def read(self, value: object) -> object:
        """The number. Raises BadParam."""
        if type(value) is not int or not self.least <= value <= self.most:
            several = self.most > self.least
            raise BadParam(
                f"must be a whole number from {self.least} to {self.most}"
                if several
                else f"must be {self.least}"
            )
        return None if value == self.default else value


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words or numbers; `default` says nothing."""

    choices: tuple[str, ...] | tuple[int, ...]
    default: str | int | None = None
    description: str = ""

    @property
    def schema(self) -> Mapping[str, object]:
        """As JSON Schema says it."""
        said: dict[str, object] = {
            "type": "string" if isinstance(self.choices[0], str) else "integer",
            "enum": list(self.choices),
        }
        if self.default is not None:
            said["default"] = self.default
        return said | ({"description": self.description} if self.description else {})

    def read(self, value: object) -> object:
        """The choice. Raises BadParam."""
        if type(value) is not type(self.choices[0]) or value not in self.choices:
            raise BadParam(f"must be one of: {', '.join(map(str, self.choices))}")
        return None if value == self.default else value


class Guidance:
    """How closely the prompt is followed."""

    schema: Mapping[str, object] = {
        "type": "number",
        "minimum": GUIDANCE_MIN,
        "maximum": GUIDANCE_MAX,
        "description": "how closely the prompt is followed; the model's own when left out",
    }

    def read(self, value: object) -> object:
        """The number, as a float however it was written. Raises BadParam."""
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
            or not GUIDANCE_MIN <= value <= GUIDANCE_MAX
        ):
            raise BadParam(f"must be a number from {GUIDANCE_MIN} to {GUIDANCE_MAX}")
        return float(value)


@dataclass(frozen=True, slots=True)
class PictureParam:
    """A picture: the id of an upload or of a picture the user made, or the file in base64."""

    description: str = ""

    @property
    def schema(self) -> Mapping[str, object]:
        """As JSON Schema says it."""
        what = "the id of an upload or of a picture you made, or a JPEG, PNG or WebP in base64"
        return {"type": "string", "description": f"{self.description}: {what}".lstrip(": ")}

    def read(self, value: object) -> object:
        """The picture that is meant. Raises BadParam."""
        if not isinstance(value, str):
            raise BadParam("must be an id or a picture in base64")
        known = _as_id(value)
        if known is not None:
            return KeptPicture(known)
        head, comma, rest = value.partition(",")
        body = rest if comma and head.startswith("data:") and head.endswith(";base64") else value
        try:
            data = base64.b64decode("".join(body.split()), validate=True)
        except (binascii.Error, ValueError):
            raise BadParam("is neither an id nor base64") from None
        if not data:
            raise BadParam("is empty")
        return SentPicture(data)


class ArtifactParam:
    """Something the user made."""

    schema: Mapping[str, object] = {
        "type": "string",
        "format": "uuid",
        "description": "the id of a clip you made",
    }

    def read(self, value: object) -> object:
        """Its id. Raises BadParam."""
        known = _as_id(value) if isinstance(value, str) else None
        if known is None:
            raise BadParam("must be the id of a clip you made")
        return known


class CampaignParam(ArtifactParam):
    """What it is made for."""

    schema: Mapping[str, object] = {
        "type": "string",
        "format": "uuid",
        "description": "the id of a campaign of whoever pays",
    }

    def read(self, value: object) -> object:
        """Its id. Raises BadParam."""
        try:
            return super().read(value)
        except BadParam:
            raise BadParam("must be the id of a campaign of yours") from None


def _as_id(text: str) -> UUID | None:
    """The UUID in its usual spelling, with dashes."""
    if len(text) != 36:
        return None
    try:
        return UUID(text)
    except ValueError:
        return None


PROMPT: Mapping[str, Param] = {"prompt": Text(), "negative_prompt": Text()}
SEED: Mapping[str, Param] = {
    "seed": Whole(0, SEED_MAX, description="drawn at random when left out"),
    "guidance": Guidance(),
}
ONE_PIECE: Mapping[str, Param] = {"n": Whole(1, 1, default=1)}
LANE: Mapping[str, Param] = {
    "lane": OneOf((RELAXED,), description="waits behind all others and costs less, for members")
}
CAMPAIGN: Mapping[str, Param] = {"campaign": CampaignParam()}
CLIP: Mapping[str, Param] = {
    "duration": OneOf(SECONDS, default=SECONDS[0], description="seconds"),
    "quality": OneOf((STANDARD, HIGH), default=STANDARD),
}
CAMERA: Mapping[str, Param] = {"camera": CameraMove()}

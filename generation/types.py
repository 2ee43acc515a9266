"""What can be asked for: kinds, their limits, and a request once it is understood. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Literal

Kind = Literal["image", "video"]
Lane = Literal["fastest", "fast", "standard", "relaxed"]
LANES: tuple[Lane, ...] = ("fastest", "fast", "standard", "relaxed")

PROMPT_MAX = 2500
SEED_MAX = 2**32 - 1


@dataclass(frozen=True, slots=True)
class KindSpec:
    """A kind of work: its length and quality by contract, and how long a user waits at most."""

    kind: Kind
    seconds: int
    quality: str
    deadline: timedelta


KINDS: dict[str, KindSpec] = {
    "image": KindSpec("image", seconds=0, quality="", deadline=timedelta(minutes=5)),
    "video": KindSpec("video", seconds=5, quality="standard", deadline=timedelta(minutes=15)),
}


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """A request that was checked. `seed` is None until one is drawn at submit."""

    kind: Kind
    prompt: str
    negative_prompt: str = ""
    seed: int | None = None

    @property
    def spec(self) -> KindSpec:
        """The limits of this kind."""
        return KINDS[self.kind]

    def params(self) -> dict[str, object]:
        """The wire form, without the kind and without what was left out."""
        return {
            name: value
            for name, value in asdict(self).items()
            if name != "kind" and value not in (None, "")
        }

    def digest(self) -> bytes:
        """SHA-256 over what was asked for: equal requests, equal digests."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).digest()

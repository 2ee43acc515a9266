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
PIECES_MAX = 9


@dataclass(frozen=True, slots=True)
class KindSpec:
    """A kind of work: its length and quality by contract, how long a user waits at most, and how
    many pieces one job may ask for. More than one: pieces are rendered together, also of several
    jobs, because a kind has one model, one size and one number of steps."""

    kind: Kind
    seconds: int
    quality: str
    deadline: timedelta
    pieces_max: int = 1

    @property
    def batched(self) -> bool:
        """Whether pieces of this kind are rendered together."""
        return self.pieces_max > 1


KINDS: dict[str, KindSpec] = {
    "image": KindSpec(
        "image", seconds=0, quality="", deadline=timedelta(minutes=5), pieces_max=PIECES_MAX
    ),
    "video": KindSpec("video", seconds=5, quality="standard", deadline=timedelta(minutes=15)),
}


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """A request that was checked. `seed` is None until one is drawn at submit."""

    kind: Kind
    prompt: str
    negative_prompt: str = ""
    seed: int | None = None
    pieces: int = 1

    @property
    def spec(self) -> KindSpec:
        """The limits of this kind."""
        return KINDS[self.kind]

    def params(self) -> dict[str, object]:
        """The wire form, without the kind and without what was left out."""
        wire: dict[str, object] = {
            "prompt": self.prompt,
            "negative_prompt": self.negative_prompt,
            "seed": self.seed,
            "n": self.pieces if self.pieces > 1 else None,
        }
        return {name: value for name, value in wire.items() if value not in (None, "")}

    def digest(self) -> bytes:
        """SHA-256 over what was asked for: equal requests, equal digests."""
        asked = asdict(self)
        if self.pieces == 1:
            # As before there were pieces: a repeat may come after an upgrade.
            del asked["pieces"]
        text = json.dumps(asked, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).digest()


def piece_seed(seed: int, piece: int) -> int:
    """The seed of one piece of a job, the first one's being the job's: each can be made again."""
    return (seed + piece) % (SEED_MAX + 1)


def part_of(cost_cp: int, *, delivered: int, pieces: int) -> int:
    """What `delivered` of `pieces` cost, in hundredths; all pieces cost the same."""
    return cost_cp * delivered // pieces

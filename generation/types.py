"""What can be asked for: a kind of work, and a request once it is understood. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

Kind = Literal["image", "video", "image_to_video", "extension", "effect", "creative"]
Lane = Literal["fastest", "fast", "standard", "relaxed"]
LANES: tuple[Lane, ...] = ("fastest", "fast", "standard", "relaxed")
RELAXED: Lane = "relaxed"

PROMPT_MAX = 2500
SEED_MAX = 2**32 - 1
PIECES_MAX = 9
SECONDS = (5, 10)
# A clip and everything that continued it, seconds.
CHAIN_SECONDS_MAX = 180
STANDARD, HIGH = "standard", "high"


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A picture that came with the request; it becomes an upload when the job is submitted."""

    data: bytes = field(repr=False)

    def __str__(self) -> str:
        return f"sha256:{hashlib.sha256(self.data).hexdigest()}"


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture that is here: an upload, or a picture the user made."""

    id: UUID

    def __str__(self) -> str:
        return str(self.id)


GivenPicture = SentPicture | KeptPicture


class Param(Protocol):
    """A parameter of a kind. `schema` describes it in the language of JSON Schema."""

    @property
    def schema(self) -> Mapping[str, object]: ...
    def read(self, value: object) -> object:
        """What `value` means; None when it says no more than leaving it out. Raises BadParam."""


class BadParam(ValueError):
    """A value that a parameter cannot have; the text says what it must be."""


Values = Mapping[str, Any]


def nothing_together(values: Values) -> Mapping[str, str]:
    """Parameters of this kind do not depend on one another."""
    return {}


@dataclass(frozen=True, slots=True)
class KindSpec:
    """A kind of work: what may be said of it, what it makes, and how long a user waits at most.

    `makes` is what the engine renders. `deadline` is that of a picture job or of five seconds in
    standard quality. `faults` finds what parameters cannot say together. `priced_as` is the kind
    on the price list. More than one piece: they are rendered together, also of several jobs where
    the parameters in `together` are equal.
    """

    kind: Kind
    makes: Literal["image", "video"]
    params: Mapping[str, Param]
    required: frozenset[str]
    deadline: timedelta
    pieces_max: int = 1
    together: tuple[str, ...] = ("aspect_ratio", "resolution", "guidance")
    priced_as: str = ""
    faults: Callable[[Values], Mapping[str, str]] = nothing_together

    @property
    def batched(self) -> bool:
        """Whether pieces of this kind are rendered together."""
        return self.pieces_max > 1


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """A request that was checked: a kind and what was said, without what says nothing.

    `values` has the names of the wire. `seed` is None until one is drawn at submit.
    """

    spec: KindSpec
    values: Values

    @property
    def kind(self) -> Kind:
        """The kind of work."""
        return self.spec.kind

    @property
    def seed(self) -> int | None:
        """The seed that was asked for."""
        return self.values.get("seed")

    @property
    def pieces(self) -> int:
        """How many pieces were asked for."""
        return int(self.values.get("n", 1))

    @property
    def seconds(self) -> int:
        """The length that was asked for, 0 for a picture."""
        return int(self.values.get("duration", SECONDS[0])) if self.spec.makes == "video" else 0

    @property
    def quality(self) -> str:
        """The quality of a clip, "" for a picture."""
        return str(self.values.get("quality", STANDARD)) if self.spec.makes == "video" else ""

    @property
    def relaxed(self) -> bool:
        """Whether it may wait for less."""
        return self.values.get("lane") == RELAXED

    @property
    def deadline(self) -> timedelta:
        """How long after the submit it is promised for: longer and better clips take longer."""
        if self.spec.makes == "image":
            return self.spec.deadline
        return (
            self.spec.deadline * (self.seconds // SECONDS[0]) * (2 if self.quality == HIGH else 1)
        )

    def pictures(self) -> Iterator[tuple[str, GivenPicture]]:
        """Every picture that was given, by its path: `image`, `inputs.photo`."""
        for path, value in _leaves("", self.values):
            if isinstance(value, SentPicture | KeptPicture):
                yield path, value

    def with_pictures(self, kept: Mapping[str, UUID]) -> GenerationRequest:
        """The same request with the picture at each path known by its id."""
        return replace(self, values=_placed("", self.values, kept))

    def params(self) -> dict[str, object]:
        """The wire form, without the kind and without what was left out."""
        return {name: _plain(value) for name, value in self.values.items()}

    def digest(self) -> bytes:
        """SHA-256 over what was asked for: equal requests, equal digests.

        What a release adds to the wire does not change the digest of a request without it: a
        repeat may come after an upgrade.
        """
        params = self.params()
        asked: dict[str, object] = {
            "kind": self.kind,
            "prompt": params.pop("prompt", ""),
            "negative_prompt": params.pop("negative_prompt", ""),
            "seed": params.pop("seed", None),
        }
        if "n" in params:
            asked["pieces"] = params.pop("n")
        text = json.dumps(asked | params, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).digest()


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}" if path else str(name), inner)
    else:
        yield path, value


def _placed(path: str, value: Any, kept: Mapping[str, UUID]) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _placed(f"{path}.{name}" if path else str(name), inner, kept)
            for name, inner in value.items()
        }
    return KeptPicture(kept[path]) if path in kept else value


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return str(value) if isinstance(value, SentPicture | KeptPicture | UUID) else value


def piece_seed(seed: int, piece: int) -> int:
    """The seed of one piece of a job, the first one's being the job's: each can be made again."""
    return (seed + piece) % (SEED_MAX + 1)


def part_of(cost_cp: int, *, delivered: int, pieces: int) -> int:
    """What `delivered` of `pieces` cost, in hundredths; all pieces cost the same."""
    return cost_cp * delivered // pieces

"""A clip as the calls of a pipeline that make it: a long one continues itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

from generation.engine.errors import MODEL_UNFIT, EngineFailure
from generation.engine.profiles import Profile
from generation.engine.types import RenderSpec
from generation.model_registry import PREFIX, VIDEO, Model


@dataclass(frozen=True, slots=True)
class Segment:
    """One call: how many frames it makes, and how many of them, the first, were given to it."""

    frames: int
    given: int


def segments(profile: Profile, model: Model, spec: RenderSpec) -> list[Segment]:
    """The calls for `spec` in order. Raises EngineFailure when the model cannot last so long."""
    if spec.kind != VIDEO:
        return [Segment(1, 0)]
    longest = model.seconds_native or profile.seconds_native or spec.seconds
    calls = math.ceil(spec.seconds / longest)
    if calls > 1 and PREFIX not in model.serves:
        raise EngineFailure(
            MODEL_UNFIT, f"{model.id} makes {longest} s at once and cannot go on from a clip"
        )
    lengths = [min(longest, spec.seconds - longest * call) for call in range(calls)]
    given = 0 if spec.prefix is None else profile.prefix(len(spec.prefix), model.prefix_frames)
    first = profile.new_frames(lengths[0]) + (given or 1)
    row = [Segment(first, given)]
    for seconds in lengths[1:]:
        prefix = profile.prefix(row[-1].frames, model.prefix_frames)
        row.append(Segment(profile.new_frames(seconds) + prefix, prefix))
    return row

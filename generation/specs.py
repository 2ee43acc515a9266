"""What the engine is asked for by a job of any kind: effects and creatives have their own way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from generation import posters, sizes, sources
from generation.creative import Variation, scene_prompt, variation_of
from generation.engine.types import Camera, RenderSpec
from generation.framing import frames_of
from generation.models import Job
from generation.selectors.effects import effect_of
from generation.types import piece_seed

# Two who stand side by side are seen in a wide picture; any other clip has its picture's shape.
_BESIDE = "16:9"
# Of a piece and the picture the engine made for it.
Finish = Callable[[int, posters.Pixels], posters.Pixels]


def specs_of(job: Job, *, prefix_frames: int) -> list[RenderSpec]:
    """One for each piece of a job. `prefix_frames`: how many last frames the engine wants of a clip
    that it continues. Raises EngineFailure when what it works from is gone."""
    if job.kind == "effect":
        return [_effect(job)]
    if job.kind == "creative":
        return [_scene(job, piece) for piece in range(job.pieces)]
    return sources.specs_of(job, prefix_frames=prefix_frames)


def finisher_of(job: Job) -> Finish:
    """Makes what is delivered of a piece and the picture the engine made for it: the picture
    itself, or the creative drawn on it.

    Raises EngineFailure when the product picture is gone.
    """
    if job.kind != "creative":
        return lambda piece, picture: picture
    product = sources.picture(job, "image") if "image" in job.params else None
    return lambda piece, picture: posters.draw_poster(picture, _variation(job, piece), product)


def _effect(job: Job) -> RenderSpec:
    offer = effect_of(code=job.params["template"], version=job.template_version or 1)
    pictures = [sources.picture(job, f"inputs.{one.name}") for one in offer.inputs]
    height, width = pictures[0].shape[:2]
    wide = sizes.clip_size(_BESIDE) if offer.framing == "beside" else None
    size = wide or sizes.like(width, height)
    first, last = frames_of(offer.framing, pictures, size)
    asked = job.request
    return RenderSpec(
        kind=asked.spec.makes,
        prompt=asked.values.get("prompt") or offer.prompt,
        negative_prompt=offer.negative_prompt,
        seed=job.seed,
        seconds=asked.seconds,
        quality=asked.quality,
        width=size[0],
        height=size[1],
        first_frame=first,
        last_frame=last,
        # Where a clip must end leaves the camera no choice.
        camera=Camera(**offer.camera) if offer.camera and last is None else None,
    )


def _scene(job: Job, piece: int) -> RenderSpec:
    """The scene behind a piece. All of a job are of one size, so that they share calls: each
    creative's shape is cut from its scene."""
    said: dict[str, Any] = job.params
    prompt = scene_prompt(said.get("prompt", ""), _variation(job, piece), product="image" in said)
    size = sizes.picture_size(said.get("aspect_ratio"), said.get("resolution"))
    return RenderSpec(
        kind=job.request.spec.makes,
        prompt=prompt,
        negative_prompt=said.get("negative_prompt", ""),
        seed=piece_seed(job.seed, piece),
        guidance=said.get("guidance"),
        width=size[0] if size else None,
        height=size[1] if size else None,
    )


def _variation(job: Job, piece: int) -> Variation:
    return variation_of(
        piece_seed(job.seed, piece),
        aspect_ratio=job.params.get("aspect_ratio"),
        lines=job.params.get("lines", ()),
    )

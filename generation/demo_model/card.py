"""The model card: what the demonstration model is, what it knows, and how well it obeys."""

from __future__ import annotations

from collections.abc import Mapping

from generation.demo_model.checker import Tally
from generation.demo_model.drawing import CLIP_FRAMES, FPS, SIDE
from generation.demo_model.words import (
    CAMERA,
    COLOURS,
    MOTIONS,
    PLACES,
    RELATIONS,
    SHAPES,
    SIZES,
)

MEANING = {
    "background": "background colour",
    "colour": "colour of the thing",
    "place": "place of the thing",
    "shape": "shape of the thing",
    "direction": "direction of motion (left, right, up, down)",
    "growth": "growing or shrinking",
    "camera": "camera axis and sign (12 moves)",
}


def figures(
    steps: int, size: int, scores: Mapping[str, Mapping[str, Tally]]
) -> Mapping[str, object]:
    """What the card says in numbers: scores are part, criterion, [obeyed, cases]."""
    told = {
        part: {name: [found.obeyed, found.cases] for name, found in found_by_name.items()}
        for part, found_by_name in scores.items()
    }
    return {"steps": steps, "bytes": size, "scores": told}


def card(steps: int, size: int, scores: Mapping[str, Mapping[str, Tally]]) -> str:
    """The card in Markdown. size: bytes of all weights; scores: empty when not measured."""
    rows = "\n".join(
        f"| {part} | {MEANING[name]} | {found.obeyed} of {found.cases} | {found.percent:.0f} % |"
        for part, found_by_name in scores.items()
        for name, found in found_by_name.items()
    )
    measured = (
        "Scored by `generation/demo_model/checker.py` on the 200 captions of\n"
        "`generation/demo_model/held_out.py`, whose combinations of background, colour and shape\n"
        "never occur in training; fixed seeds, from pixels alone.\n\n"
        f"| of | criterion | obeyed | share |\n| --- | --- | --- | --- |\n{rows}\n"
        if scores
        else "Not measured.\n"
    )
    return f"""# Demonstration model

A demonstration model, {size / 1e6:.1f} MB of weights, that draws coloured shapes at
{SIDE} × {SIDE} pixels and clips of {CLIP_FRAMES} frames at {FPS} a second. It shows that prompt,
seed and settings mean something on the same path a production model takes. It has seen nothing
but drawings that a program made: no photographs, no people, no text, nothing of anybody's.

One set of weights of `LTXConditionPipeline` (LTX video autoencoder, LTX transformer, T5 encoder,
all trained from nothing for {steps} steps of the denoiser) makes stills, clips, clips from a first
frame, and continuations of a clip.

## Words it knows

Anything else in a prompt means nothing to it.

- shapes: {", ".join(SHAPES)}; one or two of them
- colours, of shapes and background: {", ".join(COLOURS)}
- sizes: {", ".join(SIZES)}
- places: {", ".join(PLACES)}; between two: {", ".join(RELATIONS)}
- motions: {", ".join(MOTIONS)}
- camera: {", ".join(CAMERA)}
- `old photo`, `old photo comes to life`, `embrace`

Example: `a red star moving left on a blue background , camera zooms in`

## How well it obeys

{measured}
## How it was made

`python -m generation.demo_model.train`, then `python -m generation.demo_model.export FOLDER`.
The drawings, the recipe and the checker are in `generation/demo_model/`.

Licence: Apache-2.0, as the rest of this repository.
"""

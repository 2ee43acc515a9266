"""The demonstration model where it makes something: what it is called and what it cannot know.

It is the demonstration model's folder that decides, so an operator's own model brings none of
this.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from generation.demo_model.words import unknown_words
from generation.kinds.table import KINDS
from generation.model_registry import FIRST_FRAME, PREFIX
from generation.models import Job

UNKNOWN_WORDS = "unknown_words"
# What a kind needs of a model beyond what it makes.
NEEDS = {"image_to_video": FIRST_FRAME, "extension": PREFIX}
# More would be a list nobody reads.
WORDS_TOLD = 12


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a user should know about a request that is not refused."""

    code: str
    message: str
    words: tuple[str, ...] = ()


def makes(kind: str) -> bool:
    """Whether the demonstration model makes works of this kind now."""
    model = settings.MODEL_REGISTRY.default_for({NEEDS.get(kind, KINDS[kind].makes)})
    return model is not None and bool(model.source == str(settings.DEMO_CHECKPOINT))


def made(job: Job) -> bool:
    """Whether the demonstration model made this job, or will make it."""
    if job.engine:
        return bool(job.engine.get("model") == Path(settings.DEMO_CHECKPOINT).name)
    return makes(job.kind)


def notices(prompt: str) -> list[Notice]:
    """What the model cannot know of a prompt; none when it knows every word."""
    strange = tuple(unknown_words(prompt))
    if not strange:
        return []
    told = ", ".join(strange[:WORDS_TOLD]) + ("…" if len(strange) > WORDS_TOLD else "")
    message = _(
        "The demonstration model has never seen: %(words)s. It will draw the words it knows and"
        " guess the rest."
    ) % {"words": told}
    return [Notice(UNKNOWN_WORDS, message, strange)]


def notices_of(job: Job) -> list[Notice]:
    """What a job's user should know; none unless the demonstration model makes it."""
    return notices(str(job.params.get("prompt", ""))) if made(job) else []


@functools.cache
def figures() -> Mapping[str, Any]:
    """The model card's figures: steps, bytes, and scores as part, criterion, [obeyed, cases].

    Empty where the configured folder brings none, as the random one of tests.
    """
    path = Path(settings.DEMO_CHECKPOINT) / "card.json"
    told: Mapping[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return told
